import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { emptyDatabase, testDatabase } from '@slipway/testing';
import pg from 'pg';
import { describe, expect, test } from 'vitest';

const programs = path.resolve(import.meta.dirname, '../src');
const newKey = (): string => randomBytes(32).toString('base64');

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function start(program: string, environment: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [path.join(programs, program)], {
    // Nothing of the test's own environment but where programs are.
    env: { PATH: process.env['PATH'], SLIPWAY_PORT: '0', SLIPWAY_MASTER_KEY: newKey(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close').then(([code]): Ended => ({
    code: typeof code === 'number' ? code : null,
    output,
    errors,
  }));
  return { child, ended, output: () => output };
}

const run = (environment: Record<string, string | undefined>): Promise<Ended> =>
  start('main.ts', environment).ended;

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function without(url: string, change: (url: URL) => void): string {
  const changed = new URL(url);
  change(changed);
  return changed.href;
}

async function startAndStop(environment: Record<string, string>): Promise<void> {
  const api = start('main.ts', environment);
  await expect.poll(() => api.output(), { timeout: 30_000, interval: 50 }).toContain('Server listening');
  api.child.kill('SIGTERM');
  expect((await api.ended).code).toBe(0);
}

describe('a start that cannot succeed ends with code 78 and says what to do', () => {
  test('without a database', async () => {
    const { code, errors } = await run({});
    expect(code).toBe(78);
    expect(errors).toMatch(
      /configuration is not valid[\s\S]*Why: DATABASE_URL is not set[\s\S]*What to do: .*docs\/configuration\.md/,
    );
  });

  test('when nobody listens at the address of the database', async () => {
    const { code, errors } = await run({ DATABASE_URL: 'postgresql://ada:secret-word@127.0.0.1:9/slipway' });
    expect(code).toBe(78);
    expect(errors).toMatch(
      /127\.0\.0\.1:9\/slipway cannot be used[\s\S]*What to do: Start the Postgres server/,
    );
    expect(errors).not.toContain('secret-word');
  });

  test('with a database that does not exist', async () => {
    await using database = await emptyDatabase();
    const { code, errors } = await run({
      DATABASE_URL: without(database.url, (url) => (url.pathname = '/nowhere')),
    });
    expect(code).toBe(78);
    expect(errors).toContain('What to do: Create the database');
  });

  test('with a wrong password', async () => {
    await using database = await emptyDatabase();
    const { code, errors } = await run({
      DATABASE_URL: without(database.url, (url) => (url.password = 'wrong')),
    });
    expect(code).toBe(78);
    expect(errors).toContain('What to do: Correct user and password');
  });

  test('with a database of a newer version', async () => {
    await using database = await testDatabase();
    await execute(
      database.url,
      "insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '29990101000000_future', now())",
    );
    const { code, errors } = await run({ DATABASE_URL: database.url });
    expect(code).toBe(78);
    expect(errors).toMatch(/newer than this program[\s\S]*29990101000000_future/);
  });

  test('with a migration that fails', async () => {
    await using database = await emptyDatabase();
    await execute(database.url, 'create table entity (mine int)');
    const { code, errors } = await run({ DATABASE_URL: database.url });
    expect(code).toBe(78);
    expect(errors).toMatch(
      /migration of the database failed[\s\S]*migration\.sql.*already exists[\s\S]*What to do:/,
    );
  });

  test('without a master key, and with one that is none', async () => {
    await using database = await testDatabase();
    const absent = await run({ DATABASE_URL: database.url, SLIPWAY_MASTER_KEY: undefined });
    expect([absent.code, absent.errors]).toEqual([78, expect.stringContaining('openssl rand -base64 32')]);
    const short = await run({ DATABASE_URL: database.url, SLIPWAY_MASTER_KEY: 'c2hvcnQ=' });
    expect([short.code, short.errors]).toEqual([78, expect.stringContaining('32 bytes')]);
  });

  test('with another master key than at the first start', async () => {
    await using database = await emptyDatabase();
    const SLIPWAY_MASTER_KEY = newKey();
    await startAndStop({ DATABASE_URL: database.url, SLIPWAY_MASTER_KEY });
    const { code, errors } = await run({ DATABASE_URL: database.url, SLIPWAY_MASTER_KEY: newKey() });
    expect(code).toBe(78);
    expect(errors).toContain('SLIPWAY_MASTER_KEY is not the key of this database');
    await startAndStop({
      DATABASE_URL: database.url,
      SLIPWAY_MASTER_KEY: `${newKey()},${SLIPWAY_MASTER_KEY}`,
    });
  });

  test('with a port in use', async () => {
    await using database = await testDatabase();
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    // Listening on a port, the address is an object.
    const { port } = other.address() as AddressInfo;
    const { code, errors } = await run({ DATABASE_URL: database.url, SLIPWAY_PORT: String(port) });
    other.close();
    expect(code).toBe(78);
    expect(errors).toMatch(/cannot listen on 127\.0\.0\.1:\d+[\s\S]*SLIPWAY_PORT=/);
  });

  test('with a weak password for the administrator', async () => {
    await using database = await testDatabase();
    const { code, errors } = await run({
      DATABASE_URL: database.url,
      SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD: 'password1234',
    });
    expect(code).toBe(78);
    expect(errors).toContain('SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD is too weak');
  });
});

test('two that start first at once make one installation', async () => {
  await using database = await emptyDatabase();
  const environment = { DATABASE_URL: database.url, SLIPWAY_MASTER_KEY: newKey() };
  await Promise.all([startAndStop(environment), startAndStop(environment)]);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(
    'select (select count(*)::int from "user") as users, (select count(*)::int from installation) as installations',
  );
  await client.end();
  expect(rows).toEqual([{ users: 1, installations: 1 }]);
});

test('the command for a sign-in link prints one address, which works', async () => {
  await using database = await emptyDatabase();
  const environment = { DATABASE_URL: database.url, SLIPWAY_MASTER_KEY: newKey() };
  const early = await start('sign-in-link.ts', environment).ended;
  expect(early.code).toBe(78);
  await startAndStop(environment);
  const { code, output } = await start('sign-in-link.ts', {
    ...environment,
    SLIPWAY_BASE_URL: 'https://slipway.example.com',
  }).ended;
  expect(code).toBe(0);
  expect(output).toMatch(/^https:\/\/slipway\.example\.com\/sign-in\/link\?token=[\w-]{43}\n$/);
});

test('the log names requests by their pattern, and holds no secret', async () => {
  await using database = await emptyDatabase();
  const canary = `canary-${randomBytes(12).toString('hex')}`;
  const api = start('main.ts', {
    DATABASE_URL: database.url,
    SLIPWAY_LOG_LEVEL: 'trace',
    SLIPWAY_BOOTSTRAP_API_KEY: `${canary}-key`,
    SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD: `${canary}-password`,
  });
  await expect.poll(() => api.output(), { timeout: 30_000, interval: 50 }).toContain('Server listening at');
  const address = /listening at (http:\/\/[\d.:]+)/.exec(api.output())?.[1] ?? '';
  const headers = {
    'content-type': 'application/json',
    'x-api-key': `${canary}-key`,
    'x-request-id': 'log-me-42',
    cookie: `slipway_session=${canary}-cookie`,
  };
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${address}/api/v1${path}`, { headers, ...init });
  await call(`/orgs?search=${canary}-query`);
  await call('/sessions', {
    method: 'POST',
    body: JSON.stringify({ email: 'admin@localhost.localdomain', password: `${canary}-password` }),
  });
  await call('/sessions', { method: 'POST', body: `{"email": "${canary}` });
  await call('/sessions/link', { method: 'POST', body: JSON.stringify({ token: `${canary}-link` }) });
  await call('/secrets', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/yaml' },
    body: `secret: {identifier: x, name: ${canary}, type: Nope}`,
  });
  await call(`/orgs?search=${canary}%00`);
  api.child.kill('SIGTERM');
  const { code, output, errors } = await api.ended;
  expect(code).toBe(0);
  expect(output).toContain('"requestId":"log-me-42"');
  expect(output).toContain('"route":"/api/v1/orgs"');
  expect(`${output}${errors}`).not.toContain(canary);
});
