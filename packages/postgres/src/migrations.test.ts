import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DatabaseNewerError,
  MigrationFailedError,
  type PostgresServer,
  runMigrations,
  startPostgres,
} from './index.ts';

let root: string;
let server: PostgresServer;
let url: string;
let folder: string;
let count = 0;

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'slipway-migrations-test-'));
  chmodSync(root, 0o755);
  server = await startPostgres({ dataDir: path.join(root, 'postgres'), durable: false });
});
afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(async () => {
  count += 1;
  folder = path.join(root, `migrations-${count}`);
  mkdirSync(folder);
  const database = `test_${count}`;
  await query(server.url, `create database ${database}`);
  url = server.url.replace(/[^/]+$/, database);
});

function write(name: string, sql: string): void {
  mkdirSync(path.join(folder, name), { recursive: true });
  writeFileSync(path.join(folder, name, 'migration.sql'), sql);
}

async function query(at: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('migrations at start', () => {
  test('are applied in order, once', async () => {
    write('2_rows', 'insert into kept values (1)');
    write('1_table', 'create table kept (n int)');
    expect(await runMigrations({ url, folder })).toEqual(['1_table', '2_rows']);
    expect(await runMigrations({ url, folder })).toEqual([]);
    expect(await query(url, 'select n from kept')).toEqual([{ n: 1 }]);
  });

  test('are applied by one of several processes that start together', async () => {
    write('1_table', 'create table kept (n int); select pg_sleep(0.2)');
    const applied = await Promise.all([1, 2, 3].map(() => runMigrations({ url, folder })));
    expect(applied.flat()).toEqual(['1_table']);
  });

  test('leave the database as it was when one fails, and say where', async () => {
    write(
      '1_broken',
      'create table kept (n int);\ninsert into kept values (1);\nalter table missing add x int;\n',
    );
    const failure = await runMigrations({ url, folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({
      message: expect.stringContaining('relation "missing" does not exist'),
      hint: expect.stringContaining('Nothing of this file was applied'),
    });
    expect(await query(url, "select to_regclass('kept') as kept")).toEqual([{ kept: null }]);
    write('1_broken', 'create table kept (n int)');
    expect(await runMigrations({ url, folder })).toEqual(['1_broken']);
  });

  test('name the line of a statement that cannot be read', async () => {
    write('1_broken', 'create table kept (n int);\n\nalter tabel kept add x int;\n');
    await expect(runMigrations({ url, folder })).rejects.toMatchObject({
      line: 3,
      message: expect.stringContaining('1_broken/migration.sql:3 failed'),
    });
  });

  test('refuse a file that was edited after it was applied', async () => {
    write('1_table', 'create table kept (n int)');
    await runMigrations({ url, folder });
    write('1_table', 'create table kept (n bigint)');
    await expect(runMigrations({ url, folder })).rejects.toThrow(/1_table.* was edited/);
  });

  test('refuse a database that a newer program has used', async () => {
    write('1_table', 'create table kept (n int)');
    write('2_later', 'create table later (n int)');
    await runMigrations({ url, folder });
    rmSync(path.join(folder, '2_later'), { recursive: true });
    const failure = await runMigrations({ url, folder }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DatabaseNewerError);
    expect(failure).toMatchObject({ unknown: ['2_later'], hint: expect.stringContaining('backup') });
  });

  test('run outside a transaction where the file asks for it', async () => {
    write('1_table', 'create table kept (n int)');
    write('2_index', '-- no-transaction\ncreate index concurrently kept_n on kept (n)');
    expect(await runMigrations({ url, folder })).toEqual(['1_table', '2_index']);
  });
});
