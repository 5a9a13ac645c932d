import { conditionOf } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Written by https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go */
export function computeApiService(service: Resource): Verdict {
  const available = conditionOf(service, 'Available');
  if (available?.status === 'True') return current('Available', 'It is served.');
  return inProgress(available?.reason || 'NotAvailable', available?.message || 'It is not served yet.');
}
