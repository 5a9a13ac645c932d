export { emptyDatabase, testDatabase, type TestDatabase } from './postgres.ts';
export { testCluster, testNamespace, type TestCluster, type TestNamespace } from './cluster.ts';
export {
  startScriptedDelegate,
  type ScriptedDelegate,
  type ScriptedDelegateOptions,
  type ScriptedTask,
  type TaskScript,
} from './scripted-delegate.ts';
