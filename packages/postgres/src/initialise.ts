import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Account, identityOf, reachableTemporaryFolder, serverEnvironment } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { DataFolder } from './data-folder.ts';
import { didNotStart } from './errors.ts';

/** The one role of the cluster. */
export const USER = 'slipway';

/** Without syncing to disk, since nothing is in it yet; page checksums are on by default since PostgreSQL 18. */
export function initialise(binaries: Binaries, data: DataFolder, account: Account | undefined): void {
  // The account cannot read our password file, and gets a copy where it can.
  const folder = mkdtempSync(path.join(reachableTemporaryFolder(account), 'slipway-initdb-'));
  try {
    const password = path.join(folder, 'password');
    writeFileSync(password, readFileSync(data.passwordFile), { mode: 0o600 });
    if (account !== undefined)
      for (const each of [folder, password]) chownSync(each, account.uid, account.gid);
    const words = [
      '-D',
      data.cluster,
      '-U',
      USER,
      '--pwfile',
      password,
      '-A',
      'scram-sha-256',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ];
    const made = spawnSync(binaries.initdb, [...words, '--no-sync'], {
      ...identityOf(account),
      env: serverEnvironment(),
      encoding: 'utf8',
    });
    if (made.status === 0) return;
    const cause = made.error?.message ?? made.stderr.trim();
    // Half a cluster would be taken for a whole one at the next start.
    for (const name of ['PG_VERSION', 'global', 'base'])
      rmSync(path.join(data.cluster, name), { recursive: true, force: true });
    throw didNotStart(`initdb in ${data.cluster} failed: ${cause}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
