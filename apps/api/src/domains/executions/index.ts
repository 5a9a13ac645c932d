export { registerExecutionRoutes } from './execution-routes.ts';
export { lockExecution, saveExecution } from './execution-store.ts';
export type { ExecutionFacts, LockedExecution } from './execution-store.ts';
export { environmentMap, isOutputHandle, nodeScope, resolvedOf } from './expression-scope.ts';
export type { ExpressionFacts } from './expression-scope.ts';
export { readObservedFailure } from './observed-failure.ts';
export type { InfrastructureOutputs, ServiceOutputs } from './resolved-entities.ts';
export { headline, noDetails } from './sentences.ts';
export { releaseTurn, takeTurn } from './turn-store.ts';
