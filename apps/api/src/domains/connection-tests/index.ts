export { toClusterAccess } from './cluster-access.ts';
export { createConnectionTests } from './connection-test-operations.ts';
export type { RunTaskRequest } from './connection-test-operations.ts';
export { registerConnectionTestRoutes } from './connection-test-routes.ts';
export type { TaskRun } from './connection-test.ts';
export { checkNamespaces } from './namespace-checks.ts';
