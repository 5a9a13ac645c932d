import { at, numberAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Counters: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/replicaset/replica_set_utils.go */
export function computeReplicaSet(set: Resource): Verdict {
  if (at(set, 'status', 'observedGeneration') === undefined) {
    return inProgress('NotObserved', 'Its controller has not seen it yet.');
  }
  const wanted = numberAt(set, ['spec', 'replicas'], 1);
  const count = (field: string): number => numberAt(set, ['status', field], 0);
  if (count('replicas') > wanted)
    return inProgress('RemovingOld', `${count('replicas') - wanted} pods are still to go.`);
  if (count('availableReplicas') < wanted) {
    return inProgress('NotAvailable', `${count('availableReplicas')} of ${wanted} pods are available.`);
  }
  return current('Available', `${wanted} of ${wanted} pods are available.`);
}
