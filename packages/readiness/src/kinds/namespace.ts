import { textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Phases: https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/api/core/v1/types.go */
export function computeNamespace(namespace: Resource): Verdict {
  const phase = textAt(namespace, 'status', 'phase');
  if (phase === 'Active') return current('Active', 'It is active.');
  if (phase === 'Terminating')
    return { status: 'terminating', reason: 'Terminating', message: 'It is being deleted.' };
  return inProgress('Creating', 'It is not active yet.');
}
