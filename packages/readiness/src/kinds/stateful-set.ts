import { at, numberAt, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/**
 * Counters: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/statefulset/stateful_set_control.go
 * Pods below the partition keep the old revision on purpose; under OnDelete all do until somebody deletes them.
 */
export function computeStatefulSet(set: Resource): Verdict {
  if (at(set, 'status', 'observedGeneration') === undefined) {
    return inProgress('NotObserved', 'The stateful set controller has not seen it yet.');
  }
  const wanted = numberAt(set, ['spec', 'replicas'], 1);
  const count = (field: string): number => numberAt(set, ['status', field], 0);
  if (count('replicas') < wanted)
    return inProgress('Creating', `${count('replicas')} of ${wanted} pods exist.`);
  if (count('readyReplicas') < wanted) {
    return inProgress('NotReady', `${count('readyReplicas')} of ${wanted} pods are ready.`);
  }
  if (count('replicas') > wanted) {
    return inProgress('RemovingOld', `${count('replicas') - wanted} pods are still to go.`);
  }
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') {
    return current(
      'OnDelete',
      `${wanted} pods are ready; each is updated when somebody deletes it (OnDelete).`,
    );
  }
  const partition = numberAt(set, ['spec', 'updateStrategy', 'rollingUpdate', 'partition'], 0);
  const toUpdate = Math.max(0, wanted - partition);
  if (partition > 0) {
    if (count('updatedReplicas') < toUpdate) {
      return inProgress(
        'Updating',
        `${count('updatedReplicas')} of ${toUpdate} pods from ordinal ${partition} on are updated.`,
      );
    }
    return current(
      'PartitionReady',
      `${toUpdate} pods from ordinal ${partition} on are updated, ${wanted} are ready.`,
    );
  }
  if (textAt(set, 'status', 'currentRevision') !== textAt(set, 'status', 'updateRevision')) {
    return inProgress('Updating', `${count('updatedReplicas')} of ${wanted} pods are updated.`);
  }
  const available = at(set, 'status', 'availableReplicas');
  if (typeof available === 'number' && available < wanted) {
    return inProgress('NotAvailable', `${available} of ${wanted} pods are available.`);
  }
  return current('Ready', `${wanted} of ${wanted} pods are ready.`);
}
