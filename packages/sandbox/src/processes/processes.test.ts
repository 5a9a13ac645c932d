import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../wait.ts';
import { endProcess } from './end-process.ts';
import {
  identifyProcess,
  isAlive,
  processesWithEnvironment,
  type ProcessIdentity,
} from './process-identity.ts';
import { lockHolder, takeLock } from './process-lock.ts';
import { superviseProcess, type ProcessSpec } from './supervised-process.ts';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-processes-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(code = 'setInterval(() => {}, 1000)', env: Record<string, string> = {}): ProcessIdentity {
  const child = spawn(process.execPath, ['-e', code], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...env },
  });
  children.push(child);
  const identity = identifyProcess(child.pid ?? 0);
  if (!identity) throw new Error('the child has no identity');
  return identity;
}

const gone = (identity: ProcessIdentity): Promise<boolean> =>
  waitFor('its end', () => !isAlive(identity), { timeoutMs: 10_000 });

test('a process is alive only as itself', async () => {
  const identity = await waitFor(
    'node to run',
    () => {
      const started = start();
      return started.program === 'node' ? started : undefined;
    },
    { timeoutMs: 5_000 },
  );
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startedAt: '1' })).toBe(false);
  expect(isAlive({ ...identity, program: 'etcd' })).toBe(false);
  await endProcess(identity);
  expect(isAlive(identity)).toBe(false);
});

test('a process that does not listen to SIGTERM is killed', async () => {
  const file = join(folder, 'up');
  const identity = start(
    `process.on('SIGTERM', () => {}); require('fs').writeFileSync(${JSON.stringify(file)}, '1'); setInterval(() => {}, 1000)`,
  );
  await waitFor('its handler', () => readOrEmpty(file) === '1', { timeoutMs: 10_000 });
  await endProcess(identity, 200);
  expect(isAlive(identity)).toBe(false);
});

test.runIf(process.platform === 'linux')('a process is found by its environment', async () => {
  const identity = start(undefined, { SANDBOX_TEST_MARK: folder });
  const found = await waitFor(
    'it',
    () => {
      const [first] = processesWithEnvironment('SANDBOX_TEST_MARK', folder);
      return first;
    },
    { timeoutMs: 5_000 },
  );
  expect(found.pid).toBe(identity.pid);
});

test('a lock belongs to one living process', async () => {
  const path = join(folder, 'lock');
  const lock = takeLock(path);
  if (lock.kind !== 'taken') throw new Error('the lock was free');
  expect(lockHolder(path)?.pid).toBe(process.pid);
  expect(takeLock(path).kind).toBe('held');
  lock.release();
  expect(lockHolder(path)).toBeUndefined();
});

test('the lock of a dead process is taken over, whatever has its pid now', () => {
  const path = join(folder, 'lock');
  const own = identifyProcess(process.pid);
  writeFileSync(path, JSON.stringify({ ...own, startedAt: '1' }));
  expect(lockHolder(path)).toBeUndefined();
  expect(takeLock(path).kind).toBe('taken');
});

test('a lock file that is not readable as one is taken over', () => {
  const path = join(folder, 'lock');
  writeFileSync(path, 'nonsense');
  expect(takeLock(path).kind).toBe('taken');
});

function spec(code: string): ProcessSpec {
  return { name: 'test', program: process.execPath, args: ['-e', code], logFile: join(folder, 'test.log') };
}

test('a supervised process that is killed starts again, and stays ended once it is stopped', async () => {
  const supervised = superviseProcess(
    spec('console.log(process.pid); setInterval(() => {}, 1000)'),
    () => {},
  );
  const first = await waitFor('the first', () => supervised.identity(), { timeoutMs: 5_000 });
  process.kill(first.pid, 'SIGKILL');
  const second = await waitFor(
    'the second',
    () => {
      const identity = supervised.identity();
      return identity && identity.pid !== first.pid ? identity : undefined;
    },
    { timeoutMs: 10_000 },
  );
  expect(supervised.restarts()).toBe(1);
  await waitFor('its output', () => readOrEmpty(join(folder, 'test.log')).includes(`${second.pid}\n`), {
    timeoutMs: 5_000,
  });
  await supervised.stop();
  await gone(second);
  expect(supervised.identity()).toBeUndefined();
});

test('a program that does not exist is tried again and can be stopped', async () => {
  const supervised = superviseProcess({ ...spec(''), program: join(folder, 'none') }, () => {});
  await waitFor('attempts', () => supervised.restarts() >= 2, { timeoutMs: 10_000 });
  await supervised.stop();
  expect(supervised.identity()).toBeUndefined();
});

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
