import { conditionOf, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, failed, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** Phases: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase */
export function computePod(pod: Resource): Verdict {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return current('Succeeded', 'It ran to its end.');
  if (phase === 'Failed') {
    return failed(
      textAt(pod, 'status', 'reason') || 'Failed',
      textAt(pod, 'status', 'message') || 'It failed.',
    );
  }
  const ready = conditionOf(pod, 'Ready');
  if (ready?.status === 'True') return current('Ready', 'It is ready.');
  return inProgress(ready?.reason || phase || 'Pending', ready?.message || 'It is not ready yet.');
}
