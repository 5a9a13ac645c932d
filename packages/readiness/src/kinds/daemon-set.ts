import { at, numberAt, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Counters: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/daemon/daemon_controller.go */
export function computeDaemonSet(set: Resource): Verdict {
  if (at(set, 'status', 'observedGeneration') === undefined) {
    return inProgress('NotObserved', 'The daemon set controller has not seen it yet.');
  }
  const wanted = numberAt(set, ['status', 'desiredNumberScheduled'], 0);
  const count = (field: string): number => numberAt(set, ['status', field], 0);
  const onDelete = textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  if (count('currentNumberScheduled') < wanted) {
    return inProgress('Creating', `${count('currentNumberScheduled')} of ${wanted} nodes have their pod.`);
  }
  if (!onDelete && count('updatedNumberScheduled') < wanted) {
    return inProgress('Updating', `${count('updatedNumberScheduled')} of ${wanted} pods are updated.`);
  }
  if (count('numberAvailable') < wanted) {
    return inProgress('NotAvailable', `${count('numberAvailable')} of ${wanted} pods are available.`);
  }
  if (count('numberReady') < wanted) {
    return inProgress('NotReady', `${count('numberReady')} of ${wanted} pods are ready.`);
  }
  if (onDelete)
    return current(
      'OnDelete',
      `${wanted} pods are ready; each is updated when somebody deletes it (OnDelete).`,
    );
  return wanted === 0
    ? current('NoNodes', 'No node matches it, so it has no pods to wait for.')
    : current('Ready', `${wanted} of ${wanted} pods are ready.`);
}
