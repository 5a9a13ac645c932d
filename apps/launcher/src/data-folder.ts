import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { identifyProcess, isRunning, type ProcessIdentity } from '@slipway/postgres';
import { LaunchFailure } from './launch-failure.ts';

/** What lies in the data directory. */
export interface DataFolder {
  readonly root: string;
  readonly postgres: string;
  readonly sandbox: string;
  readonly localDelegate: string;
  readonly logs: string;
  readonly masterKeyFile: string;
  /** There once a server has answered with the data here: from then on there are secrets sealed with its key. */
  readonly answeredFile: string;
  readonly delegateTokenFile: string;
  readonly lockFile: string;
  readonly runningFile: string;
}

/** Makes the directory, or finds it. Throws a `LaunchFailure` when it cannot be written. */
export function openDataFolder(root: string): DataFolder {
  const at = (name: string): string => path.join(root, name);
  const folder = {
    root,
    postgres: at('postgres'),
    sandbox: at('sandbox'),
    localDelegate: at('local-delegate'),
    logs: at('logs'),
    masterKeyFile: at('master.key'),
    answeredFile: at('answered'),
    delegateTokenFile: at('local-delegate.token'),
    lockFile: at('launcher.lock'),
    runningFile: at('running.json'),
  };
  try {
    // Passable, because the database's account goes through it; what is secret inside is closed by itself.
    mkdirSync(root, { recursive: true, mode: 0o755 });
    for (const inner of [folder.logs, folder.localDelegate])
      mkdirSync(inner, { recursive: true, mode: 0o700 });
    const probe = at(`.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new LaunchFailure(
      {
        what: 'the data directory cannot be written',
        why: error instanceof Error ? error.message : String(error),
        remedy: `Give your account write access to ${root}, or choose another place: SLIPWAY_DATA_DIR=/path/to/data`,
      },
      { cause: error },
    );
  }
  return folder;
}

/** What this start has running, for the next start and for other commands. */
export interface Running {
  readonly launcher: ProcessIdentity;
  readonly address: string;
  readonly databaseUrl: string;
  readonly children: readonly (ProcessIdentity & { readonly name: string })[];
}

export function writeRunning(folder: DataFolder, running: Running): void {
  const temporary = `${folder.runningFile}.new`;
  // It holds the database's password.
  writeFileSync(temporary, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, folder.runningFile);
}

export function readRunning(folder: DataFolder): Running | undefined {
  try {
    // Written by us alone, atomically, in a directory of ours.
    return JSON.parse(readFileSync(folder.runningFile, 'utf8')) as Running;
  } catch {
    return undefined;
  }
}

/** Takes the data directory for this process. Throws a `LaunchFailure` with the address when another start holds it. */
export function lockDataFolder(folder: DataFolder): () => void {
  const content = `${JSON.stringify(identifyProcess(process.pid))}\n`;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      writeFileSync(folder.lockFile, content, { flag: 'wx' });
      return () => rmSync(folder.lockFile, { force: true });
    } catch {
      const holder = readIdentity(folder.lockFile);
      if (holder !== undefined && isRunning(holder)) throw alreadyRunning(folder, holder.pid);
      rmSync(folder.lockFile, { force: true });
    }
  }
  throw alreadyRunning(folder, undefined);
}

function alreadyRunning(folder: DataFolder, pid: number | undefined): LaunchFailure {
  const address = readRunning(folder)?.address;
  return new LaunchFailure({
    what: 'it is already running',
    why: `${pid === undefined ? 'Another start' : `Process ${pid}`} uses the data in ${folder.root}${address === undefined ? '' : ` and serves ${address}`}.`,
    remedy: `${address === undefined ? '' : `Open ${address} (pnpm sign-in-link gives a way in), or stop it with Ctrl-C in its terminal. `}A second installation needs its own SLIPWAY_DATA_DIR and SLIPWAY_PORT.`,
  });
}

function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content !== 'object' || content === null || !('pid' in content) || !('startedAt' in content))
      return undefined;
    const { pid, startedAt } = content;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The key that seals secrets: what the environment gives, else the one kept here, else a new one. A database without
 * its key is refused: a new key would only hide that the secrets in it are lost.
 */
export function masterKey(folder: DataFolder, given: string | undefined): { key: string; made: boolean } {
  if (given !== undefined) return { key: given, made: false };
  if (existsSync(folder.masterKeyFile))
    return { key: readFileSync(folder.masterKeyFile, 'utf8').trim(), made: false };
  if (existsSync(folder.answeredFile)) {
    throw new LaunchFailure({
      what: 'the master key is lost',
      why: `${folder.masterKeyFile} is gone, and the secrets of this installation are sealed with it.`,
      remedy: `Put the file back from a backup, or set SLIPWAY_MASTER_KEY to the key. If the data may go: delete ${folder.root} and start anew.`,
    });
  }
  const key = randomBytes(32).toString('base64');
  writeFileSync(folder.masterKeyFile, `${key}\n`, { mode: 0o600, flag: 'wx' });
  return { key, made: true };
}

/** The token by which the local delegate signs in. */
export function delegateToken(folder: DataFolder): string {
  if (!existsSync(folder.delegateTokenFile)) {
    writeFileSync(folder.delegateTokenFile, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  }
  return readFileSync(folder.delegateTokenFile, 'utf8').trim();
}
