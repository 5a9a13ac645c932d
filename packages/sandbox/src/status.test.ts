import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeLock } from './processes/process-lock.ts';
import { createProgress, type ProgressEvent } from './progress.ts';
import { readSandboxStatus, statusPath, supervisorLockPath } from './status.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'slipway-status-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('nothing started is off, and so is a file that makes no sense', () => {
  expect(readSandboxStatus(dataDir).phase).toBe('off');
  writeFileSync(statusPath(dataDir), '{"phase"');
  expect(readSandboxStatus(dataDir).phase).toBe('off');
});

test('steps are seen to wait, run and end', async () => {
  takeLock(supervisorLockPath(dataDir));
  const events: ProgressEvent[] = [];
  const progress = createProgress(dataDir, ['tools', 'etcd'], (event) => events.push(event));
  progress.phase('tools', 'Looking.');
  await progress.step('tools', async (report) => {
    report('building');
    const { phase, message, steps } = readSandboxStatus(dataDir);
    expect({ phase, message }).toEqual({ phase: 'tools', message: 'Looking.' });
    expect(steps.map(({ name, state, detail }) => [name, state, detail])).toEqual([
      ['tools', 'running', 'building'],
      ['etcd', 'waiting', undefined],
    ]);
  });
  expect(readSandboxStatus(dataDir).steps[0]).toMatchObject({
    state: 'done',
    startedAt: expect.any(String),
    endedAt: expect.any(String),
  });
  expect(events.map((event) => event.state)).toEqual(['running', 'running', 'done']);
});

test('a failed step says why, and the status what to do', async () => {
  const progress = createProgress(dataDir, ['etcd']);
  await expect(progress.step('etcd', () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk');
  progress.failed('The sandbox did not start: no disk.', 'Make room.');
  expect(readSandboxStatus(dataDir)).toMatchObject({
    phase: 'failed',
    hint: 'Make room.',
    steps: [{ state: 'failed', detail: 'no disk' }],
  });
});

test('a status whose supervisor is dead reads as stopped', () => {
  const progress = createProgress(dataDir, []);
  progress.phase('ready', 'The sandbox is ready.');
  expect(readSandboxStatus(dataDir)).toMatchObject({
    phase: 'stopped',
    hint: 'Start it again: its data are kept.',
  });
});
