export { PostgresStartError, type PostgresProblem } from './errors.ts';
export { commandLineOf, identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './start.ts';
export {
  DatabaseNewerError,
  type Migration,
  MigrationFailedError,
  readMigrations,
  runMigrations,
} from './migrations.ts';
