import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { DatabaseNewerError, MigrationFailedError, migrateDatabase } from './platform/migrations.ts';
import { migrateJobs } from './platform/jobs.ts';
import { StartError } from './platform/start-error.ts';

/** A server that is just starting gets this long. */
const START_WITHIN_MS = 5_000;
const TRY_EVERY_MS = 250;
const CONNECT_TIMEOUT_MS = 5_000;
const OLDEST_VERSION = 150_000;

/** Connects, checks the server's version and applies the migrations. Whatever is in the way ends the start with its remedy. */
export async function prepareDatabase(databaseUrl: string): Promise<void> {
  await requireServer(databaseUrl);
  try {
    await migrateDatabase(databaseUrl);
    await migrateJobs(databaseUrl);
  } catch (error) {
    throw migrationProblem(error);
  }
}

async function requireServer(databaseUrl: string): Promise<void> {
  const deadline = Date.now() + START_WITHIN_MS;
  for (;;) {
    const failure = await tryServer(databaseUrl).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return;
    if (!isStarting(failure) || Date.now() > deadline) throw connectionProblem(databaseUrl, failure);
    await pause(TRY_EVERY_MS);
  }
}

async function tryServer(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'slipway-start',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; number: string }>(
      "select current_setting('server_version') as version, current_setting('server_version_num') as number",
    );
    requireVersion(rows[0]);
  } finally {
    await client.end().catch(() => {});
  }
}

function requireVersion(server: { version: string; number: string } | undefined): void {
  if (server === undefined || Number(server.number) >= OLDEST_VERSION) return;
  throw new StartError({
    what: 'this Postgres is too old.',
    why: `DATABASE_URL leads to version ${server.version}; Slipway needs 15 or newer.`,
    remedy: 'Upgrade the server or name another one; without DATABASE_URL, pnpm start brings its own.',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function isStarting(error: unknown): boolean {
  return ['57P03', 'ECONNREFUSED', 'ECONNRESET'].includes(codeOf(error));
}

const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Start the Postgres server, or correct host and port in DATABASE_URL.',
  ENOTFOUND: 'Correct the host name in DATABASE_URL.',
  EAI_AGAIN: 'Correct the host name in DATABASE_URL, or repair name resolution on this machine.',
  ETIMEDOUT: 'Check host and port in DATABASE_URL and the firewall between the two machines.',
  '28P01': 'Correct user and password in DATABASE_URL.',
  '28000': 'Let this user connect from here (pg_hba.conf), or correct it in DATABASE_URL.',
  '3D000': 'Create the database (createdb), or correct its name in DATABASE_URL.',
  '53300': 'Free connections of the Postgres server or raise its max_connections.',
};

function connectionProblem(databaseUrl: string, error: unknown): unknown {
  if (error instanceof StartError) return error;
  const message = error instanceof Error ? error.message || codeOf(error) : String(error);
  return new StartError(
    {
      what: `the database at ${withoutPassword(databaseUrl)} cannot be used.`,
      why: message,
      remedy: remedies[codeOf(error)] ?? 'Check DATABASE_URL: postgresql://user:password@host:port/database.',
    },
    { cause: error },
  );
}

function withoutPassword(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

function migrationProblem(error: unknown): unknown {
  if (error instanceof DatabaseNewerError) {
    return new StartError(
      { what: 'the database is newer than this program.', why: error.message, remedy: error.hint },
      { cause: error },
    );
  }
  if (error instanceof MigrationFailedError) {
    return new StartError(
      { what: 'a migration of the database failed.', why: error.message, remedy: error.hint },
      { cause: error },
    );
  }
  return error;
}
