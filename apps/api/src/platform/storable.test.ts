import { testDatabase } from '@slipway/testing';
import { expect, it } from 'vitest';
import { createDatabase } from './database.ts';
import { toStorable } from './storable.ts';

it('leaves alone what Postgres takes', () => {
  const value = { text: 'a \\u0000 that is written out, \ud83d\ude00, \n', list: [1, null, true] };
  expect(toStorable(value)).toEqual(value);
  const plain = { text: 'plain' };
  expect(toStorable(plain)).toBe(plain);
});

it('makes the rest something that Postgres takes', async () => {
  const odd = { text: 'a\u0000b', deep: [{ half: 'x\ud83d' }, { other: '\ude00y' }] };
  const storable = toStorable(odd);
  expect(storable).toEqual({ text: 'a\u2400b', deep: [{ half: 'x\ufffd' }, { other: '\ufffdy' }] });
  const testDb = await testDatabase();
  const database = createDatabase(testDb.url, { maxConnections: 1 });
  try {
    const read = await database.pool.query<{ value: unknown }>('select $1::jsonb as value', [
      JSON.stringify(storable),
    ]);
    expect(read.rows[0]?.value).toEqual(storable);
    await expect(database.pool.query('select $1::jsonb', [JSON.stringify(odd)])).rejects.toThrow(
      'unsupported Unicode',
    );
  } finally {
    await database.close();
    await testDb.drop();
  }
});
