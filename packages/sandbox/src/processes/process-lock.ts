import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.ts';

/** A lock file that dies with its process: its content names the holder, and a dead holder's file is taken over. */
export type LockResult = { kind: 'taken'; release: () => void } | { kind: 'held'; holder: ProcessIdentity };

/** Takes the lock at `path`, or says which living process holds it. */
export function takeLock(path: string): LockResult {
  mkdirSync(dirname(path), { recursive: true });
  const self = identifyProcess(process.pid);
  if (!self) throw new Error('This process cannot identify itself, so it cannot lock anything.');
  for (;;) {
    if (linkWith(path, self)) return { kind: 'taken', release: () => releaseOwn(path, self) };
    const holder = readHolder(path);
    if (holder && isAlive(holder)) return { kind: 'held', holder };
    removeStale(path, holder);
  }
}

/** The living process that holds the lock at `path`, if any. */
export function lockHolder(path: string): ProcessIdentity | undefined {
  const holder = readHolder(path);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Link, not create: the file then appears with its content, so nobody reads a lock without a holder. */
function linkWith(path: string, holder: ProcessIdentity): boolean {
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, JSON.stringify(holder));
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Two processes may see the same stale file; the rename lets one win, and what it took is looked at again. */
function removeStale(path: string, expected: ProcessIdentity | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken && isAlive(taken) && JSON.stringify(taken) !== JSON.stringify(expected)) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
  }
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, self: ProcessIdentity): void {
  if (JSON.stringify(readHolder(path)) === JSON.stringify(self)) rmSync(path, { force: true });
}

function readHolder(path: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isIdentity(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startedAt' in value &&
    typeof value.startedAt === 'string' &&
    'program' in value &&
    typeof value.program === 'string'
  );
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
