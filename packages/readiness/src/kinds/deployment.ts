import { at, conditionOf, numberAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, failed, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/**
 * The order of the checks is that of `kubectl rollout status`, with readiness of every replica on top:
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/kubectl/pkg/polymorphichelpers/rollout_status.go
 * The counters are written by
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/deployment/sync.go
 */
export function computeDeployment(deployment: Resource): Verdict {
  if (at(deployment, 'status', 'observedGeneration') === undefined) {
    return inProgress('NotObserved', 'The deployment controller has not seen it yet.');
  }
  const wanted = numberAt(deployment, ['spec', 'replicas'], 1);
  const count = (field: string): number => numberAt(deployment, ['status', field], 0);
  const progressing = conditionOf(deployment, 'Progressing');
  const updated = count('updatedReplicas');
  const done = updated >= wanted && count('replicas') <= updated && count('availableReplicas') >= updated;
  if (progressing?.reason === 'ProgressDeadlineExceeded' && !done) {
    return failed('ProgressDeadlineExceeded', progressing.message || 'It exceeded its progress deadline.');
  }
  if (updated < wanted) return inProgress('Updating', `${updated} of ${wanted} new pods have been created.`);
  if (count('replicas') > updated) {
    return inProgress('RemovingOld', `${count('replicas') - updated} old pods are still to go.`);
  }
  if (count('availableReplicas') < updated) {
    return inProgress('NotAvailable', `${count('availableReplicas')} of ${updated} new pods are available.`);
  }
  if (count('readyReplicas') < wanted) {
    return inProgress('NotReady', `${count('readyReplicas')} of ${wanted} pods are ready.`);
  }
  return current('Available', `${wanted} of ${wanted} pods are ready.`);
}
