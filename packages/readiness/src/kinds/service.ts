import { asMaps, at, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/**
 * As https://github.com/kubernetes-sigs/cli-utils/blob/v0.37.2/pkg/kstatus/status/core.go : the cluster address is
 * waited for, the outside address is not, since clusters without a load balancer provider never assign one.
 */
export function computeService(service: Resource): Verdict {
  const type = textAt(service, 'spec', 'type');
  if (type !== 'LoadBalancer') return current('Exists', 'It has its address.');
  if (textAt(service, 'spec', 'clusterIP') === '')
    return inProgress('NoAddress', 'It has no cluster address yet.');
  const outside = asMaps(at(service, 'status', 'loadBalancer', 'ingress')).map(
    (ingress) => textAt(ingress, 'ip') || textAt(ingress, 'hostname'),
  );
  return outside.length > 0
    ? current('Exposed', `It is reachable at ${outside.join(', ')}.`)
    : current('AddressPending', 'Its load balancer has no address yet; that is not waited for.');
}
