export { PostgresStartError, type PostgresProblem } from './errors.ts';
export { commandLineOf, identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
export { type PostgresOptions, type PostgresServer, startPostgres } from './start.ts';
