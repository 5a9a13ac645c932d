export { toClusterAccess } from './cluster-access.ts';
export { createConnectionTests } from './connection-test-operations.ts';
export { registerConnectionTestRoutes } from './connection-test-routes.ts';
export { checkNamespaces } from './namespace-checks.ts';
