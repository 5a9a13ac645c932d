export { insertExecution, lockExecution, nextSequence, saveExecution } from './execution-store.ts';
export type {
  ExecutionChange,
  ExecutionFacts,
  LockedExecution,
  NewExecution,
  Trigger,
} from './execution-store.ts';
export { headline, noDetails } from './sentences.ts';
export { releaseTurn, takeTurn } from './turn-store.ts';
export type { Turn } from './turn-store.ts';
export { environmentMap, isOutputHandle, nodeScope, pipelineScope, resolvedOf } from './expression-scope.ts';
export type { ExpressionFacts } from './expression-scope.ts';
export type { InfrastructureOutputs, ServiceOutputs } from './resolved-entities.ts';
export { registerExecutionRoutes } from './execution-routes.ts';
export type { ExecutionRoutesDeps } from './execution-routes.ts';
export { startExecution } from './start-execution.ts';
export type { StartDeps, StartRequest } from './start-execution.ts';
