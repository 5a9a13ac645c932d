import { at, conditionOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { current, failed, inProgress } from './status.ts';
import type { Verdict } from './status.ts';

/** Deletion and staleness, which come before any kind's own rule. Undefined: neither. */
export function unsettled(resource: Resource): Verdict | undefined {
  if (resource.metadata.deletionTimestamp !== undefined) {
    const finalizers = resource.metadata.finalizers ?? [];
    const holds = finalizers.length > 0 ? `, held by the finalizers ${finalizers.join(', ')}` : '';
    return { status: 'terminating', reason: 'Deleted', message: `It is being deleted${holds}.` };
  }
  const observed = at(resource, 'status', 'observedGeneration');
  const generation = resource.metadata.generation;
  if (typeof observed === 'number' && typeof generation === 'number' && observed < generation) {
    return inProgress('NotObserved', `Its controller has seen generation ${observed} of ${generation}.`);
  }
  return undefined;
}

/**
 * The rule for every kind without its own: the conditions of
 * https://github.com/kubernetes-sigs/cli-utils/blob/v0.37.2/pkg/kstatus/README.md#conditions
 * (Stalled, Reconciling), then Ready, then current.
 */
export function computeGeneric(resource: Resource): Verdict {
  const stalled = conditionOf(resource, 'Stalled');
  if (stalled?.status === 'True')
    return failed(stalled.reason || 'Stalled', stalled.message || 'It is stalled.');
  const reconciling = conditionOf(resource, 'Reconciling');
  if (reconciling?.status === 'True') {
    return inProgress(reconciling.reason || 'Reconciling', reconciling.message || 'It is being reconciled.');
  }
  const ready = conditionOf(resource, 'Ready');
  if (ready !== undefined && ready.status !== 'True') {
    return inProgress(ready.reason || 'NotReady', ready.message || `Its Ready condition is ${ready.status}.`);
  }
  return ready === undefined
    ? current('Exists', 'It exists.')
    : current('Ready', ready.message || 'It is ready.');
}
