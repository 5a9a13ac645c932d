import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';
import { readMigrations, runMigrations } from '@slipway/postgres';
import pg from 'pg';

const migrationsFolder = path.resolve(import.meta.dirname, '../../../prisma/migrations');

/** A database of its own for one test or one file, with all migrations applied and no rows. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
  /** Cuts its sessions and removes it. May be called twice. */
  drop(): Promise<void>;
}

/**
 * Clones the migrated template (about 50 ms). Call `drop` afterwards, or use `await using`. Needs the server that
 * `postgres-global.ts` starts for a test run.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return createDatabase(`template ${await migratedTemplate()}`);
}

/** A database without any migration, for tests of the first start. */
export function emptyDatabase(): Promise<TestDatabase> {
  return createDatabase('');
}

async function createDatabase(how: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await asAdministrator(async (client) => {
    await client.query(`create database ${name} ${how}`);
  });
  const drop = (): Promise<void> =>
    asAdministrator(async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
    });
  return { url: urlOf(name), drop, [Symbol.asyncDispose]: drop };
}

let made: Promise<string> | undefined;

function migratedTemplate(): Promise<string> {
  made ??= makeTemplate();
  return made;
}

/** Any 64-bit number that nobody else on a test server takes. */
const TEMPLATE_LOCK = 5_712_004_480;

/** One template for each set of migrations, made by whoever comes first; test processes run side by side. */
async function makeTemplate(): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, checksum } of readMigrations(migrationsFolder)) hash.update(`${name} ${checksum}\n`);
  const template = `template_${hash.digest('hex').slice(0, 16)}`;
  await asAdministrator(async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const found = await client.query('select 1 from pg_database where datname = $1', [template]);
    if (found.rowCount !== 0) return;
    // Renamed when complete, so that a killed run leaves no half a template under the name.
    await client.query(`drop database if exists ${template}_making with (force)`);
    await client.query(`create database ${template}_making`);
    await runMigrations({ url: urlOf(`${template}_making`), folder: migrationsFolder });
    await client.query(`alter database ${template}_making rename to ${template}`);
  });
  return template;
}

async function asAdministrator(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf('postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const server = process.env['SLIPWAY_TEST_POSTGRES_URL'];
  if (server === undefined) {
    throw new Error(
      'SLIPWAY_TEST_POSTGRES_URL is not set: run the tests through vitest, whose global setup packages/testing/src/postgres-global.ts starts a server.',
    );
  }
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}
