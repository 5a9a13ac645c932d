import { conditionOf } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current } from '../status.ts';
import type { Verdict } from '../status.ts';

/**
 * An autoscaler without metrics yet is no reason to hold a deployment back: metrics come from the very pods that
 * are starting. https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/podautoscaler/horizontal.go
 */
export function computeAutoscaler(autoscaler: Resource): Verdict {
  const active = conditionOf(autoscaler, 'ScalingActive');
  return active?.status === 'False'
    ? current('NotScalingYet', active.message || 'It does not scale yet.')
    : current('Exists', 'It exists.');
}
