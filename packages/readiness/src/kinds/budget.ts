import { at, numberAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Counters: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/disruption/disruption.go */
export function computePodDisruptionBudget(budget: Resource): Verdict {
  if (at(budget, 'status', 'observedGeneration') === undefined) {
    return inProgress('NotObserved', 'Its controller has not seen it yet.');
  }
  return current(
    'Computed',
    `${numberAt(budget, ['status', 'disruptionsAllowed'], 0)} disruptions are allowed now.`,
  );
}
