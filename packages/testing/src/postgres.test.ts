import pg from 'pg';
import { expect, test } from 'vitest';
import { emptyDatabase, testDatabase } from './postgres.ts';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('two databases share nothing', async () => {
  await using one = await testDatabase();
  await using other = await testDatabase();
  await query(one.url, 'create table mine (n int)');
  expect(await query(other.url, "select to_regclass('mine') as mine")).toEqual([{ mine: null }]);
});

test('a test database has every migration', async () => {
  await using database = await testDatabase();
  const [row] = await query(database.url, 'select count(*)::int as applied from _prisma_migrations');
  expect(row?.['applied']).toBeGreaterThan(0);
});

test('an empty database has no table', async () => {
  await using database = await emptyDatabase();
  const sql = "select count(*)::int as tables from pg_tables where schemaname = 'public'";
  expect(await query(database.url, sql)).toEqual([{ tables: 0 }]);
});

test('dropping cuts the sessions that are left', async () => {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  client.on('error', () => {});
  await client.connect();
  await database.drop();
  await expect(client.query('select 1')).rejects.toThrow();
  await client.end().catch(() => {});
});
