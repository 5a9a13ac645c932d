import path from 'node:path';
import { runMigrations } from '@slipway/postgres';

export { DatabaseNewerError, MigrationFailedError } from '@slipway/postgres';

export const migrationsFolder = path.resolve(import.meta.dirname, '../../../../prisma/migrations');

/** Brings the database up to date; answers with the names of the migrations that were missing. */
export function migrateDatabase(databaseUrl: string): Promise<string[]> {
  return runMigrations({ url: databaseUrl, folder: migrationsFolder });
}
