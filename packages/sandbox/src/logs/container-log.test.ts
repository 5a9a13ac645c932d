import { describe, expect, test } from 'vitest';
import { annotations } from '../behaviours/annotations.ts';
import { containerLog, LogRefusal, parseLogOptions, selectLines, type LogLine } from './container-log.ts';
import { parsePod, type Pod } from './pod.ts';

const now = new Date('2026-01-01T00:10:00Z');
const startedAt = '2026-01-01T00:00:00Z';
const ended = { exitCode: 1, reason: 'Error', startedAt, finishedAt: '2026-01-01T00:00:03Z' };

function pod(status: object, lines?: string): Pod {
  return parsePod({
    metadata: { name: 'web-1', annotations: lines === undefined ? {} : { [annotations.logLines]: lines } },
    spec: { initContainers: [{ name: 'setup' }], containers: [{ name: 'web' }] },
    status: { containerStatuses: [{ name: 'web', restartCount: 0, ...status }] },
  });
}

const read = (from: Pod, previous = false): string[] =>
  containerLog(from, 'web', { previous, now }).map((line) => line.text);

function refusal(work: () => unknown): { status: number; message: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof LogRefusal) return { status: error.status, message: error.message };
    throw error;
  }
  throw new Error('it was not refused');
}

describe('what a container has written', () => {
  test('its annotated lines', () => {
    expect(read(pod({ state: { running: { startedAt } } }, 'one\ntwo\n'))).toEqual(['one', 'two']);
  });

  test('the last instance while it waits for its next start', () => {
    const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: ended } };
    expect(read(pod(waiting, 'panic: no database'))).toEqual(['panic: no database']);
  });

  test('how it ended, unless the lines tell their own story', () => {
    expect(read(pod({ state: { terminated: ended } }))).toEqual([
      'simulated container started',
      'simulated container ended: Error, exit code 1',
    ]);
  });

  test('the previous instance on request', () => {
    const running = {
      state: { running: { startedAt: '2026-01-01T00:05:00Z' } },
      lastState: { terminated: ended },
    };
    expect(containerLog(pod(running, 'a'), 'web', { previous: true, now })[0]?.at).toEqual(
      new Date(startedAt),
    );
  });
});

describe('refusals', () => {
  test('a container that never started says why, as a kubelet does', () => {
    const pulling = pod({ state: { waiting: { reason: 'ImagePullBackOff' } } });
    expect(refusal(() => read(pulling))).toEqual({
      status: 400,
      message: 'container "web" in pod "web-1" is waiting to start: trying and failing to pull image',
    });
    expect(refusal(() => containerLog(pulling, 'setup', { previous: false, now })).message).toBe(
      'container "setup" in pod "web-1" is waiting to start: ContainerCreating',
    );
  });

  test('no previous instance, no such container', () => {
    const running = pod({ state: { running: { startedAt } } });
    expect(refusal(() => read(running, true)).status).toBe(400);
    expect(refusal(() => containerLog(running, 'other', { previous: false, now })).status).toBe(404);
  });
});

describe('options', () => {
  const lines: LogLine[] = [0, 60, 120].map((second) => ({
    at: new Date(Date.parse(startedAt) + second * 1000),
    text: `${second}`,
  }));
  const select = (query: string): string[] =>
    selectLines(lines, parseLogOptions(new URLSearchParams(query)), new Date('2026-01-01T00:02:00Z')).map(
      (line) => line.text,
    );

  test.each([
    ['', ['0', '60', '120']],
    ['tailLines=2', ['60', '120']],
    ['tailLines=0', []],
    ['sinceSeconds=60', ['60', '120']],
    ['sinceTime=2026-01-01T00:01:30Z', ['120']],
    ['sinceSeconds=60&tailLines=1', ['120']],
    ['tailLines=many', ['0', '60', '120']],
  ])('%s', (query, expected) => {
    expect(select(query)).toEqual(expected);
  });
});
