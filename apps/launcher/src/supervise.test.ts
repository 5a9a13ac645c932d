import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isRunning } from '@slipway/postgres';
import type { Child, ChildSpec, Exit } from './child.ts';
import { afterExit, supervise, type Supervised } from './supervise.ts';

let folder: string;
const running: Supervised[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-supervise-test-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop(0)));
  rmSync(folder, { recursive: true, force: true });
});

function program(source: string): ChildSpec {
  const file = path.join(folder, 'program.mjs');
  writeFileSync(file, source);
  return { name: 'program', words: [file], env: process.env, logFolder: folder };
}

/** Supervises it and keeps what happened. */
function watch(spec: ChildSpec) {
  const events = { started: [] as Child[], restarts: [] as Exit[], gaveUp: [] as Exit[] };
  const supervised = supervise(spec, {
    started: (child) => events.started.push(child),
    restarting: (exit) => events.restarts.push(exit),
    gaveUp: (exit) => events.gaveUp.push(exit),
  });
  running.push(supervised);
  return { supervised, ...events };
}

const forever = 'process.on("disconnect", () => process.exit(0)); setInterval(() => {}, 1000);';
const soon = { timeout: 15_000, interval: 20 };

describe('after an exit', () => {
  test('waits longer from death to death, up to ten seconds', () => {
    const waits = [0, 1, 2, 3, 4, 5, 9].map((deaths) => afterExit({ code: 1 }, deaths));
    expect(waits.map((verdict) => (verdict.kind === 'restart' ? verdict.afterMs : -1))).toEqual([
      100, 500, 1000, 2000, 5000, 10_000, 10_000,
    ]);
  });

  test('does not start a program again that refused', () => {
    expect(afterExit({ code: 78 }, 0)).toEqual({ kind: 'give-up' });
  });
});

describe('a supervised program', () => {
  test('is started again when it is killed', async () => {
    const { started, restarts } = watch(program(forever));
    await vi.waitUntil(() => started.length === 1, soon);
    started[0]?.kill('SIGKILL');
    await vi.waitUntil(() => started.length === 2, soon);
    expect(restarts).toMatchObject([{ signal: 'SIGKILL' }]);
  });

  test('is left alone when it refuses, with what it said', async () => {
    const { started, gaveUp } = watch(program('console.error("the key is wrong"); process.exit(78);'));
    await vi.waitUntil(() => gaveUp.length === 1, soon);
    expect(gaveUp).toMatchObject([{ code: 78, said: 'the key is wrong' }]);
    expect(started).toHaveLength(1);
  });

  test('ends in its own time when it is asked to, and at once when that is over', async () => {
    const orderly = `process.on('SIGTERM', () => { console.log('tidy'); process.exit(0); }); ${forever}`;
    const deaf = `process.on('SIGTERM', () => {}); console.log('deaf'); ${forever}`;
    const first = watch(program(`console.log('up'); ${orderly}`));
    await vi.waitUntil(() => readLog().includes('up'), soon);
    await first.supervised.stop(10_000);
    expect(readLog()).toContain('tidy');
    const second = watch(program(deaf));
    await vi.waitUntil(() => readLog().includes('deaf'), soon);
    await second.supervised.stop(50);
    expect((await second.started[0]?.exited)?.signal).toBe('SIGKILL');
  });

  test('takes along what it started when it is ended at once', async () => {
    const parent = `import { spawn } from 'node:child_process';
      console.log('child ' + spawn('sleep', ['60']).pid); process.on('SIGTERM', () => {}); ${forever}`;
    const { supervised } = watch(program(parent));
    await vi.waitUntil(() => /child \d+/.test(readLog()), soon);
    const grandchild = Number(/child (\d+)/.exec(readLog())?.[1]);
    await supervised.stop(0);
    const gone = (): boolean => {
      try {
        return readFileSync(`/proc/${grandchild}/stat`, 'utf8').includes(') Z ');
      } catch {
        return true;
      }
    };
    expect(await vi.waitUntil(gone, soon)).toBe(true);
  });

  test('writes to a log, and notices the death of who started it', async () => {
    const { started } = watch(program(`console.log('hello'); ${forever}`));
    await vi.waitUntil(() => readLog().includes('hello'), soon);
    const identity = started[0]?.identity;
    expect(identity && isRunning(identity)).toBe(true);
  });
});

function readLog(): string {
  try {
    return readFileSync(path.join(folder, 'program.log'), 'utf8');
  } catch {
    return '';
  }
}
