import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The account that the server runs as; absent means "as we are". */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root, and `initdb` wants an account with an entry in the passwd file, so root hands over to
 * `postgres` if the machine has it and to `nobody` otherwise. Nothing is added to the machine.
 */
export function chooseAccount(uid = process.getuid?.(), passwdFile = '/etc/passwd'): Account | undefined {
  if (uid !== 0) return undefined;
  const accounts = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , userId = '', groupId = '']) => ({ name, uid: Number(userId), gid: Number(groupId) }));
  return accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody');
}

/** Whether that account may walk down to `folder`: every folder on the way must let it through. */
export function canReach(folder: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  const ancestors: string[] = [];
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    ancestors.push(at);
    if (at === path.dirname(at)) break;
  }
  return ancestors.every((ancestor) => mayTraverse(ancestor, account));
}

function mayTraverse(folder: string, account: Account): boolean {
  const { mode, uid, gid } = statSync(folder);
  if (uid === account.uid) return (mode & 0o100) !== 0;
  if (gid === account.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}

/** A folder for temporary files that the account can reach: root's own may lie inside its closed home. */
export function reachableTemporaryFolder(account: Account | undefined): string {
  const candidates = [tmpdir(), '/var/tmp', '/tmp'];
  return candidates.find((folder) => existsSync(folder) && canReach(folder, account)) ?? tmpdir();
}

/** As the options of `spawn` want it. */
export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account === undefined ? {} : { uid: account.uid, gid: account.gid };
}

/** Nothing of ours: the server inherits no secret. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}
