import { testDatabase } from '@slipway/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from './database.ts';
import type { Database } from './database.ts';
import { hashRequest, parseIdempotencyKey, runOnce } from './idempotency.ts';
import type { IdempotentCall } from './idempotency.ts';

let database: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  const made = await testDatabase();
  database = createDatabase(made.url);
  drop = () => made.drop();
});
afterAll(async () => {
  await database.close();
  await drop();
});

let count = 0;
function newCall(overrides: Partial<IdempotentCall> = {}): IdempotentCall {
  count += 1;
  return {
    key: `key-${count}`,
    actorId: 'user/ada',
    operation: 'startExecution /x',
    requestHash: hashRequest({ a: 1 }),
    ...overrides,
  };
}

/** Counts its runs and answers with their number. */
function counted(): { run: () => Promise<{ status: number; body: unknown }>; runs: () => number } {
  let runs = 0;
  return {
    runs: () => runs,
    run: async () => {
      runs += 1;
      return { status: 201, body: { run: runs } };
    },
  };
}

test('a repeated call gets the first answer', async () => {
  const call = newCall();
  const { run, runs } = counted();
  const first = await runOnce(database, call, run);
  expect(await runOnce(database, call, run)).toEqual(first);
  expect(runs()).toBe(1);
});

test('of many at once one runs, and all get its answer', async () => {
  const call = newCall();
  const { run, runs } = counted();
  const answers = await Promise.all(Array.from({ length: 8 }, () => runOnce(database, call, run)));
  expect(runs()).toBe(1);
  expect(answers).toEqual(Array.from({ length: 8 }, () => ({ status: 201, body: { run: 1 } })));
});

test('another body under the same key is refused', async () => {
  const call = newCall();
  const { run } = counted();
  await runOnce(database, call, run);
  await expect(runOnce(database, { ...call, requestHash: hashRequest({ a: 2 }) }, run)).rejects.toMatchObject(
    { code: 'idempotency.key_reused' },
  );
});

test('the key of another actor, or at another address, is another key', async () => {
  const call = newCall();
  const { run, runs } = counted();
  await runOnce(database, call, run);
  await runOnce(database, { ...call, actorId: 'user/eve' }, run);
  await runOnce(database, { ...call, operation: 'startExecution /y' }, run);
  expect(runs()).toBe(3);
});

test('a failure is not kept', async () => {
  const call = newCall();
  await expect(runOnce(database, call, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  const { run, runs } = counted();
  await runOnce(database, call, run);
  expect(runs()).toBe(1);
});

test('what a dead process left unfinished runs again', async () => {
  const call = newCall();
  const { requestHash, ...id } = call;
  await database.prisma.idempotencyKey.create({
    data: { ...id, requestHash, status: 0, body: {}, createdAt: new Date(Date.now() - 31_000) },
  });
  const { run, runs } = counted();
  await Promise.all([runOnce(database, call, run), runOnce(database, call, run)]);
  expect(runs()).toBe(1);
});

test('an answer remembered in the transaction of the change survives the process', async () => {
  const call = newCall();
  await expect(
    runOnce(database, call, async (idempotency) => {
      await database.transaction((tx) =>
        idempotency.remember(tx, { status: 201, body: { executionId: 'x' } }),
      );
      // What comes after the commit may fail or never happen.
      throw new Error('the process died');
    }),
  ).rejects.toThrow('died');
  const { run, runs } = counted();
  expect(await runOnce(database, call, run)).toEqual({ status: 201, body: { executionId: 'x' } });
  expect(runs()).toBe(0);
});

test('a key is free again after a day', async () => {
  const call = newCall();
  const { run, runs } = counted();
  await runOnce(database, call, run);
  await database.prisma.idempotencyKey.updateMany({
    where: { key: call.key },
    data: { createdAt: new Date(Date.now() - 25 * 3_600_000) },
  });
  await runOnce(database, call, run);
  expect(runs()).toBe(2);
});

test('a key is visible text of limited length', () => {
  expect(parseIdempotencyKey(undefined)).toBeUndefined();
  expect(parseIdempotencyKey('3f0c-1')).toBe('3f0c-1');
  for (const wrong of ['', 'a b', 'x'.repeat(201), ['a', 'b']]) {
    expect(() => parseIdempotencyKey(wrong)).toThrow(expect.objectContaining({ code: 'request.malformed' }));
  }
});
