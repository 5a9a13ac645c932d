import type { LogEntry } from '@slipway/contracts';
import { expect, test, vi } from 'vitest';
import { createLogStream, logLimits, LogsRefusedError } from './log-stream.ts';
import type { LogLimits, SendLogs } from './log-stream.ts';
import { createMasker } from './masking.ts';

const waiting = { timeout: 10_000, interval: 5 } as const;
const streamTo = (send: SendLogs, limits: Partial<LogLimits> = {}) =>
  createLogStream({ send, masker: createMasker(), limits: { ...logLimits, ...limits } });

/** A server that keeps what it is sent, once. */
function store() {
  const entries: LogEntry[] = [];
  const sizes: number[] = [];
  const send: SendLogs = async (firstSeq, batch) => {
    sizes.push(batch.length);
    entries.push(...batch.slice(entries.length + 1 - firstSeq));
    return entries.length;
  };
  const texts = (): string[] => entries.flatMap((entry) => (entry.type === 'line' ? [entry.text] : []));
  return { entries, sizes, send, texts };
}

test('a section begins, holds its lines in order and ends', async () => {
  const server = store();
  const logs = streamTo(server.send);
  const section = logs.section('Execute');
  section.line('one\ntwo');
  section.line('three', 'error');
  section.end('succeeded');
  await logs.finish(5000);
  expect(server.entries).toMatchObject([
    { type: 'section-started', section: 'Execute' },
    { type: 'line', text: 'one', level: 'info' },
    { type: 'line', text: 'two' },
    { type: 'line', text: 'three', level: 'error' },
    { type: 'section-ended', status: 'succeeded' },
  ]);
});

test('a line leaves by itself, without being asked to', async () => {
  const server = store();
  streamTo(server.send).section('Execute').line('there');
  await vi.waitFor(() => expect(server.texts()).toEqual(['there']), { timeout: 300, interval: 5 });
});

test('what was not acknowledged is sent again, and stored once', async () => {
  const server = store();
  let fail = true;
  const logs = streamTo(async (firstSeq, entries) => {
    const stored = await server.send(firstSeq, entries);
    if (fail) throw new Error('the answer was lost');
    return stored;
  });
  logs.section('Execute').line('once');
  await vi.waitFor(() => expect(server.texts()).toEqual(['once']), waiting);
  fail = false;
  logs.resume();
  await logs.finish(5000);
  expect(server.texts()).toEqual(['once']);
});

test('one message at a time is on its way', async () => {
  let running = 0;
  let most = 0;
  const server = store();
  const logs = streamTo(async (firstSeq, entries) => {
    most = Math.max(most, (running += 1));
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    return server.send(firstSeq, entries);
  });
  for (let n = 0; n < 3000; n += 1) logs.section('Execute').line(`line ${n}`);
  await logs.finish(5000);
  expect(most).toBe(1);
  expect(server.texts()).toHaveLength(3000);
  expect(Math.max(...server.sizes)).toBeLessThanOrEqual(500);
});

test('a task that writes too much is cut off with a notice', async () => {
  const server = store();
  const logs = streamTo(server.send, { taskBytes: 1000 });
  for (let n = 0; n < 100; n += 1) logs.section('Execute').line('x'.repeat(99));
  await logs.finish(5000);
  expect(server.texts()).toHaveLength(11);
  expect(server.texts().at(-1)).toContain('The log ends here');
});

test('writers are held back while nothing is taken, and lines beyond are counted', async () => {
  const server = store();
  let away = true;
  const logs = streamTo(
    async (firstSeq, entries) => {
      if (away) throw new Error('away');
      return server.send(firstSeq, entries);
    },
    { highBytes: 500, dropBytes: 2000 },
  );
  const section = logs.section('Execute');
  let drained = false;
  for (let n = 0; n < 50; n += 1) section.line('x'.repeat(100));
  const waitingForRoom = section.drained().then(() => (drained = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(drained).toBe(false);
  away = false;
  logs.resume();
  await waitingForRoom;
  section.line('after');
  await logs.finish(5000);
  expect(
    server
      .texts()
      .filter((text) => text.endsWith('lines were left out: the control plane could not take them.')),
  ).toHaveLength(1);
  expect(server.texts().at(-1)).toBe('after');
});

test('after a refusal nothing more is sent', async () => {
  let sent = 0;
  const logs = streamTo(async () => {
    sent += 1;
    throw new LogsRefusedError('another instance holds the task');
  });
  logs.section('Execute').line('one');
  await vi.waitFor(() => expect(sent).toBe(1), waiting);
  logs.section('Execute').line('two');
  await logs.finish(200);
  expect(sent).toBe(1);
});

test('a line of a program is cut where messages end, and a last line needs no end', async () => {
  const server = store();
  const logs = streamTo(server.send);
  const writer = logs.section('Execute').stream();
  writer.write(Buffer.from('a\r\nb'));
  writer.write(Buffer.from('c\n'));
  writer.write(Buffer.from('y'.repeat(40_000)));
  writer.end();
  await logs.finish(5000);
  expect(server.texts().slice(0, 2)).toEqual(['a', 'bc']);
  expect(
    server
      .texts()
      .slice(2)
      .map((text) => text.length),
  ).toEqual([16_000, 16_000, 8000]);
});

test('a character cut in two by the pipe is one character', async () => {
  const server = store();
  const logs = streamTo(server.send);
  const writer = logs.section('Execute').stream();
  const bytes = Buffer.from('ü€\n');
  for (const byte of bytes) writer.write(Buffer.from([byte]));
  writer.end();
  await logs.finish(5000);
  expect(server.texts()).toEqual(['ü€']);
});
