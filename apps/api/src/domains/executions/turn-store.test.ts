import { randomUUID } from 'node:crypto';
import { testDatabase } from '@slipway/testing';
import type { TestDatabase } from '@slipway/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../../platform/database.ts';
import type { Database } from '../../platform/database.ts';
import { releaseTurn, takeTurn } from './turn-store.ts';
import type { Turn } from './turn-store.ts';

let testDb: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDb = await testDatabase();
  database = createDatabase(testDb.url, { maxConnections: 8 });
});

afterAll(async () => {
  await database?.close();
  await testDb?.drop();
});

const now = new Date('2026-01-02T03:04:05Z');
const turn = (): Turn => ({ executionId: randomUUID(), node: 'deploy.$queue' });
const take = (key: string, of: Turn): Promise<boolean> =>
  database.transaction((tx) => takeTurn(tx, key, of, now));
const release = (of: Turn): Promise<Turn | null> => database.transaction((tx) => releaseTurn(tx, of, now));

it('lets exactly one in of many that come at the same moment', async () => {
  const turns = Array.from({ length: 8 }, turn);
  const granted = await Promise.all(turns.map((each) => take('crowded', each)));
  expect(granted.filter(Boolean)).toHaveLength(1);
});

it('lets the others in one by one, in the order in which they came', async () => {
  const [first, second, third] = [turn(), turn(), turn()];
  expect([await take('ordered', first), await take('ordered', second), await take('ordered', third)]).toEqual(
    [true, false, false],
  );
  expect(await release(first)).toEqual(second);
  expect(await release(second)).toEqual(third);
  expect(await release(third)).toBeNull();
});

it('gives the same answer when it is asked again, and lets nobody in twice', async () => {
  const [first, second] = [turn(), turn()];
  await take('repeated', first);
  await take('repeated', second);
  expect(await take('repeated', first)).toBe(true);
  expect(await take('repeated', second)).toBe(false);
  expect(await release(first)).toEqual(second);
  expect(await release(first)).toBeNull();
});

it('lets nobody in when one leaves that was still waiting', async () => {
  const [first, second, third] = [turn(), turn(), turn()];
  for (const each of [first, second, third]) await take('left', each);
  expect(await release(second)).toBeNull();
  expect(await release(first)).toEqual(third);
});

it('knows no order between different keys', async () => {
  expect(await take('one', turn())).toBe(true);
  expect(await take('other', turn())).toBe(true);
});
