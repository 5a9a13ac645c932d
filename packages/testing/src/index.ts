export { emptyDatabase, testDatabase, type TestDatabase } from './postgres.ts';
export { testCluster, testNamespace, type TestCluster, type TestNamespace } from './cluster.ts';
