export { failureOfExpressions } from './failures.ts';
export { prepareStep } from './prepare-step.ts';
export type { PreparedStep, StepPreparation, WrittenStep } from './prepare-step.ts';
export { stepKindOf, stepKinds } from './registry.ts';
export type {
  ClusterTarget,
  ServiceManifests,
  StepKind,
  StepOutput,
  TaskInputs,
  TaskRequest,
} from './step-kind.ts';
