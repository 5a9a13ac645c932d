import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

/** One file of the migrations folder: `<folder>/<name>/migration.sql`. */
export interface Migration {
  readonly name: string;
  readonly file: string;
  readonly sql: string;
  /** SHA-256 of the file, in hexadecimal, as `prisma migrate` computes it. */
  readonly checksum: string;
}

/** The database has migrations that this program does not know: it was used by a newer one. */
export class DatabaseNewerError extends Error {
  readonly unknown: readonly string[];
  readonly hint =
    'Start the version of Slipway that last used this database, or a newer one. To go back, restore a backup made before the upgrade.';

  constructor(unknown: readonly string[]) {
    super(
      `The database is newer than this program: it holds the migration${unknown.length > 1 ? 's' : ''} ${unknown.join(', ')}, which this version does not know.`,
    );
    this.name = 'DatabaseNewerError';
    this.unknown = unknown;
  }
}

/** A migration could not be applied; the database is as it was before that file. */
export class MigrationFailedError extends Error {
  readonly file: string;
  /** 1 is the first line; absent when Postgres does not say where. */
  readonly line: number | undefined;
  readonly hint: string;

  constructor(problem: { file: string; line?: number; message: string; hint: string; cause?: unknown }) {
    const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
    super(`The migration ${place} failed: ${problem.message}`, { cause: problem.cause });
    this.name = 'MigrationFailedError';
    this.file = problem.file;
    this.line = problem.line;
    this.hint = problem.hint;
  }
}

/** The migrations of a folder in the order in which they are applied. */
export function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const file = path.join(folder, name, 'migration.sql');
      const sql = readFileSync(file, 'utf8');
      return { name, file, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The key that `prisma migrate` takes, so that the two never work at the same time. */
const LOCK_KEY = 72_707_369;

// The table of `prisma migrate`, column by column, so that its tools can read our bookkeeping.
const BOOKKEEPING = `create table if not exists _prisma_migrations (
  id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

/**
 * Applies what is missing and answers with the names of what it applied. Several processes may call it at once: one works,
 * the others wait. Errors: `DatabaseNewerError`, `MigrationFailedError`, or what `pg` throws when there is no connection.
 */
export async function runMigrations(options: { url: string; folder: string }): Promise<string[]> {
  const migrations = readMigrations(options.folder);
  const client = new pg.Client({ connectionString: options.url, application_name: 'slipway-migrations' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await client.query(BOOKKEEPING);
    const missing = whatIsMissing(migrations, await appliedMigrations(client));
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    // Ending the session gives the lock back.
    await client.end();
  }
}

async function appliedMigrations(client: pg.Client): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select migration_name as name, checksum from _prisma_migrations where rolled_back_at is null and finished_at is not null',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

/** What to apply, by comparing what the program brings with what the database says it has (name to checksum). */
export function whatIsMissing(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
): Migration[] {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name)).toSorted();
  if (unknown.length > 0) throw new DatabaseNewerError(unknown);
  const edited = migrations.find(({ name, checksum }) => (applied.get(name) ?? checksum) !== checksum);
  if (edited !== undefined) {
    throw new MigrationFailedError({
      file: edited.file,
      message: 'it was edited after it had been applied to this database.',
      hint: 'Restore the file as it was and put the change into a new migration (pnpm migration NAME). A database for trying out can be deleted instead.',
    });
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  // `create index concurrently` and the like cannot run inside a transaction.
  const inTransaction = !/^--\s*no-transaction/m.test(migration.sql);
  try {
    if (inTransaction) await client.query('begin');
    await client.query(migration.sql);
    await client.query(
      'insert into _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) values ($1, $2, $3, now(), 1)',
      [randomUUID(), migration.checksum, migration.name],
    );
    if (inTransaction) await client.query('commit');
  } catch (error) {
    if (inTransaction) await client.query('rollback').catch(() => {});
    const line = lineOf(error, migration.sql);
    throw new MigrationFailedError({
      file: migration.file,
      ...(line === undefined ? {} : { line }),
      message: error instanceof Error ? error.message : String(error),
      hint: inTransaction
        ? 'Nothing of this file was applied. Remove what stands in its way (most often data or objects made by hand), then start again; it is tried anew.'
        : 'This file runs outside a transaction: look which of its statements were applied, undo them, then start again.',
      cause: error,
    });
  }
}

/** Postgres counts characters from the start of what was sent, which is the file. */
function lineOf(error: unknown, sql: string): number | undefined {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  return position > 0 ? sql.slice(0, position - 1).split('\n').length : undefined;
}
