import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { chooseAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { claimDataFolder, type DataFolder, openDataFolder, releaseDataFolder } from './data-folder.ts';
import { initialise, USER } from './initialise.ts';
import { launch } from './launch.ts';
import { choosePort, rememberedPort } from './ports.ts';
import { endPostmaster, readPostmaster, stopOrphan } from './postmaster.ts';
import { identifyProcess } from './process-identity.ts';

export interface PostgresOptions {
  /** Where everything is kept; made when absent. */
  readonly dataDir: string;
  /** A free port is chosen when absent: the one used last time if nobody has taken it. */
  readonly port?: number;
  /** `false` gives up safety against power failure for speed; for tests. Default `true`. */
  readonly durable?: boolean;
  /** Further server settings, name to value. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  /** Connection string of the role `slipway` and the database `slipway`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** Settles when the server has ended, for whatever reason. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Ends sessions, writes everything, ends. May be called twice. */
  stop(): Promise<void>;
}

const DATABASE = 'slipway';

/**
 * Starts the embedded PostgreSQL on loopback and waits until it accepts connections. A server left over by a killed
 * process is stopped first. Errors: `PostgresStartError`.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const account = chooseAccount();
  const binaries = findBinaries(account);
  const data = openDataFolder(options.dataDir, account);
  claimDataFolder(data);
  try {
    const previousPort = readPostmaster(data.cluster)?.port ?? rememberedPort(data);
    await stopOrphan(data.cluster);
    if (!existsSync(path.join(data.cluster, 'PG_VERSION'))) initialise(binaries, data, account);
    const port = options.port ?? (await choosePort(previousPort));
    const child = await launch({
      binaries,
      data,
      account,
      port,
      durable: options.durable ?? true,
      settings: options.settings ?? {},
    });
    writeFileSync(path.join(data.folder, 'port'), `${port}\n`);
    const server = toServer(child, data, port);
    try {
      await ensureDatabase(server.url);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  } catch (error) {
    releaseDataFolder(data);
    throw error;
  }
}

function toServer(child: ChildProcess, data: DataFolder, port: number): PostgresServer {
  const exited = new Promise<Awaited<PostgresServer['exited']>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // A process that has just become ready has a number, and it was identified before anybody could take it over.
  const server = identifyProcess(child.pid ?? -1);
  const password = encodeURIComponent(readFileSync(data.passwordFile, 'utf8').trim());
  return {
    url: `postgresql://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`,
    port,
    pid: child.pid ?? -1,
    logFile: data.logFile,
    exited,
    stop: async () => {
      if (server !== undefined) await endPostmaster(server);
      releaseDataFolder(data);
    },
  };
}

async function ensureDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = '/postgres';
  const client = new pg.Client({ connectionString: admin.href });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
