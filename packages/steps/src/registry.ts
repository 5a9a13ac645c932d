import type { StepType } from '@slipway/contracts';
import { rollingDeploy } from './kinds/rolling-deploy.ts';
import { rollingRollback } from './kinds/rolling-rollback.ts';
import { shellScript } from './kinds/shell-script.ts';
import type { StepKind } from './step-kind.ts';

const kindsByType: Readonly<Record<StepType, StepKind>> = {
  K8sRollingDeploy: rollingDeploy,
  K8sRollingRollback: rollingRollback,
  ShellScript: shellScript,
};

/** Every kind of step, in the order in which the console offers them. */
export const stepKinds: readonly StepKind[] = Object.values(kindsByType);

/** The kind of a type; every type of the contracts has one, which the compiler keeps true. */
export function stepKindOf(type: StepType): StepKind {
  return kindsByType[type];
}
