import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type Account, canReach, reachableTemporaryFolder } from './account.ts';
import { PostgresStartError } from './errors.ts';
import { isRunning, identifyProcess, type ProcessIdentity } from './process-identity.ts';

/**
 * What lies in the data folder:
 * `cluster/` the server's own files, `password` of the one role, `owner.json` who started it, `server.log`,
 * and `location` when `cluster/` had to be put elsewhere.
 */
export interface DataFolder {
  readonly folder: string;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly logFile: string;
  readonly ownerFile: string;
}

/** Makes or opens the folder. Errors: `data_dir_not_writable`, `data_dir_in_use`. */
export function openDataFolder(dataDir: string, account: Account | undefined): DataFolder {
  const folder = path.resolve(dataDir);
  try {
    // The server's account passes through this folder to its own, which is closed to everybody else.
    mkdirSync(folder, { recursive: true, mode: account === undefined ? 0o700 : 0o711 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    const cluster = placeForCluster(folder, account);
    mkdirSync(cluster, { recursive: true, mode: 0o700 });
    if (account !== undefined) chownSync(cluster, account.uid, account.gid);
    chmodSync(cluster, 0o700);
    const opened = {
      folder,
      cluster,
      passwordFile: path.join(folder, 'password'),
      logFile: path.join(folder, 'server.log'),
      ownerFile: path.join(folder, 'owner.json'),
    };
    if (!existsSync(opened.passwordFile)) {
      writeFileSync(opened.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
    }
    return opened;
  } catch (error) {
    throw new PostgresStartError(
      'data_dir_not_writable',
      `The database's data directory ${folder} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      `Give your account write access to it (chown or chmod), or choose another place with SLIPWAY_DATA_DIR.`,
      { cause: error },
    );
  }
}

/**
 * Normally inside the data folder. Run by root from a closed home (mode 0700), the server's account could not get
 * there; then the cluster lies in a folder of the machine for such data, and `location` remembers which.
 */
function placeForCluster(folder: string, account: Account | undefined): string {
  const remembered = path.join(folder, 'location');
  if (existsSync(remembered)) return readFileSync(remembered, 'utf8').trim();
  if (canReach(folder, account)) return path.join(folder, 'cluster');
  const parent = '/var/lib/slipway';
  mkdirSync(parent, { recursive: true, mode: 0o755 });
  const place = canReach(parent, account)
    ? mkdtempSync(path.join(parent, 'postgres-'))
    : mkdtempSync(path.join(reachableTemporaryFolder(account), 'slipway-postgres-data-'));
  writeFileSync(remembered, `${place}\n`);
  return place;
}

/** Takes the folder for this process. Error `data_dir_in_use` while the process that took it before still runs. */
export function claimDataFolder(data: DataFolder): void {
  const owner = readOwner(data.ownerFile);
  if (owner !== undefined && owner.pid !== process.pid && isRunning(owner)) {
    throw new PostgresStartError(
      'data_dir_in_use',
      `The database in ${data.folder} belongs to process ${owner.pid}, which is still running.`,
      `Stop that process first, or use another data directory (SLIPWAY_DATA_DIR).`,
    );
  }
  writeFileSync(data.ownerFile, `${JSON.stringify(identifyProcess(process.pid))}\n`);
}

/** Gives the folder back. */
export function releaseDataFolder(data: DataFolder): void {
  rmSync(data.ownerFile, { force: true });
}

function readOwner(file: string): ProcessIdentity | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('startedAt' in owner))
      return undefined;
    return typeof owner.pid === 'number' && typeof owner.startedAt === 'string'
      ? { pid: owner.pid, startedAt: owner.startedAt }
      : undefined;
  } catch {
    return undefined;
  }
}
