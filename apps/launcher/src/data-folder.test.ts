import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identifyProcess } from '@slipway/postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type DataFolder,
  delegateToken,
  lockDataFolder,
  masterKey,
  openDataFolder,
  readRunning,
  writeRunning,
} from './data-folder.ts';

let root: string;
let folder: DataFolder;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-data-test-'));
  folder = openDataFolder(path.join(root, 'data'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What it throws, for a person. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'remedy' in error
      ? `${error.message} ${String(error.remedy)}`
      : String(error);
  }
  return 'nothing';
}

describe('the data directory', () => {
  test('that cannot be written is refused with the remedy', () => {
    writeFileSync(path.join(root, 'file'), '');
    const said = refusal(() => openDataFolder(path.join(root, 'file', 'data')));
    expect(said).toContain('the data directory cannot be written');
    expect(said).toContain('SLIPWAY_DATA_DIR=');
  });

  test('serves one start at a time, and the second learns the address', () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    const launcher = identifyProcess(other.pid ?? -1) ?? { pid: -1, startedAt: '' };
    writeFileSync(folder.lockFile, JSON.stringify(launcher));
    writeRunning(folder, { launcher, address: 'http://127.0.0.1:7480', databaseUrl: '', children: [] });
    const said = refusal(() => lockDataFolder(folder));
    other.kill();
    expect(said).toContain('it is already running');
    expect(said).toContain(`Process ${launcher.pid}`);
    expect(said).toContain('Open http://127.0.0.1:7480');
  });

  test('is taken over from a start that was killed', () => {
    writeFileSync(folder.lockFile, JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    const unlock = lockDataFolder(folder);
    expect(JSON.parse(readFileSync(folder.lockFile, 'utf8'))).toMatchObject({ pid: process.pid });
    unlock();
    expect(existsSync(folder.lockFile)).toBe(false);
  });

  test('keeps what runs for us alone, since it holds the password of the database', () => {
    const launcher = { pid: 1, startedAt: 'then' };
    writeRunning(folder, { launcher, address: 'a', databaseUrl: 'b', children: [] });
    expect(readRunning(folder)).toMatchObject({ launcher, databaseUrl: 'b' });
    expect(statSync(folder.runningFile).mode & 0o777).toBe(0o600);
  });
});

describe('the master key', () => {
  test('is made once, closed to others, and kept', () => {
    const first = masterKey(folder, undefined);
    expect(first.made).toBe(true);
    expect(Buffer.from(first.key, 'base64')).toHaveLength(32);
    expect(statSync(folder.masterKeyFile).mode & 0o777).toBe(0o600);
    expect(masterKey(folder, undefined)).toEqual({ key: first.key, made: false });
  });

  test('of the environment wins, and nothing is written', () => {
    expect(masterKey(folder, 'given')).toEqual({ key: 'given', made: false });
    expect(existsSync(folder.masterKeyFile)).toBe(false);
  });

  test('that is lost is not replaced', () => {
    writeFileSync(folder.answeredFile, '');
    const said = refusal(() => masterKey(folder, undefined));
    expect(said).toContain('the master key is lost');
    expect(said).toContain('from a backup');
    expect(existsSync(folder.masterKeyFile)).toBe(false);
  });
});

test('the token of the local delegate is made once', () => {
  const token = delegateToken(folder);
  expect(token.length).toBeGreaterThan(40);
  expect(delegateToken(folder)).toBe(token);
});
