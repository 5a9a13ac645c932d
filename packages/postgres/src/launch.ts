import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, identityOf, serverEnvironment } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { DataFolder } from './data-folder.ts';
import { didNotStart, PostgresStartError } from './errors.ts';
import { readPostmaster } from './postmaster.ts';

/** Not `synchronous_commit`: without it a killed server loses commits, which even a test may not accept. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };
const START_DEADLINE_MS = 60_000;

export interface Launch {
  readonly binaries: Binaries;
  readonly data: DataFolder;
  readonly account: Account | undefined;
  readonly port: number;
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
}

/** Starts the server and waits until it accepts connections. Errors: `PostgresStartError`. */
export async function launch({
  binaries,
  data,
  account,
  port,
  durable,
  settings,
}: Launch): Promise<ChildProcess> {
  const effective = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...(durable ? {} : NOT_DURABLE),
    ...settings,
  };
  const flags = Object.entries(effective).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const deadline = performance.now() + START_DEADLINE_MS;
  for (;;) {
    const logStart = openLog(data.logFile);
    const log = openSync(data.logFile, 'a', 0o600);
    // Its own process group: a Ctrl-C in the terminal must not end it before those who still write to it.
    const child = spawn(binaries.postgres, ['-D', data.cluster, '-p', String(port), ...flags], {
      ...identityOf(account),
      env: serverEnvironment(),
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const failure = await readyOrFailure(child, data, deadline);
    if (failure === undefined) return child;
    const said = readFileSync(data.logFile).subarray(logStart).toString('utf8');
    // The children of a killed server hold its shared memory until they notice, a moment later.
    const lingering = said.includes('shared memory block') && said.includes('still in use');
    if (!lingering || performance.now() > deadline) throw explain(said, failure, { port, data });
    await pause(100);
  }
}

/** `undefined` once connections are accepted, else why they never will be. */
async function readyOrFailure(
  child: ChildProcess,
  data: DataFolder,
  deadline: number,
): Promise<string | undefined> {
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended ??= `it exited with ${signal ?? code}`));
  while (performance.now() < deadline) {
    if (ended !== undefined) return ended;
    const postmaster = readPostmaster(data.cluster);
    if (postmaster?.ready === true && postmaster.pid === child.pid) return undefined;
    await pause(5);
  }
  child.kill('SIGQUIT');
  return `it was not ready after ${START_DEADLINE_MS / 1000} s`;
}

function explain(
  said: string,
  failure: string,
  { port, data }: { port: number; data: DataFolder },
): PostgresStartError {
  if (/could not bind IPv4 address .* Address already in use/.test(said)) {
    return new PostgresStartError(
      'port_in_use',
      `The database cannot listen on 127.0.0.1:${port}: another program has the port.`,
      'Stop that program, or name another port.',
    );
  }
  const version =
    /initialized by PostgreSQL version (\S+?),? which is not compatible with this version (\S+)/.exec(said);
  if (version !== null) {
    return new PostgresStartError(
      'wrong_version',
      `The data in ${data.cluster} was written by PostgreSQL ${version[1]}; this program brings ${version[2]}.`,
      'Export it with the version that wrote it (pg_dump) and import it into a new data directory, or set DATABASE_URL to a server of that version.',
    );
  }
  return didNotStart(
    `PostgreSQL did not start: ${failure}. Its log ends with:\n${said.trim().split('\n').slice(-8).join('\n')}`,
  );
}

/** Where the log continues; a log that has grown past 5 MB starts anew. */
function openLog(logFile: string): number {
  const size = existsSync(logFile) ? statSync(logFile).size : 0;
  if (size < 5_000_000) return size;
  truncateSync(logFile);
  return 0;
}
