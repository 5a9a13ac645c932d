import { asMaps, at, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { current, failed, inProgress } from '../status.ts';
import type { Verdict } from '../status.ts';

/** What a claim's verdict depends on besides itself. Absent lists: not known. */
export interface ClaimSurroundings {
  storageClasses?: readonly Resource[];
  pods?: readonly Resource[];
}

/**
 * Binding: https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/volume/persistentvolume/pv_controller.go
 * A claim whose class waits for its first consumer stays Pending until a pod uses it, which is as it should be.
 */
export function computePersistentVolumeClaim(claim: Resource, surroundings: ClaimSurroundings): Verdict {
  const phase = textAt(claim, 'status', 'phase');
  if (phase === 'Bound') return current('Bound', `It is bound to ${textAt(claim, 'spec', 'volumeName')}.`);
  if (phase === 'Lost') return failed('Lost', 'The volume it was bound to is gone.');
  const consumer = (surroundings.pods ?? []).find((pod) => uses(pod, claim));
  if (consumer !== undefined)
    return inProgress('Pending', `Pod ${consumer.metadata.name} waits for it to be bound.`);
  const className = textAt(claim, 'spec', 'storageClassName');
  const storageClass = surroundings.storageClasses?.find((item) => item.metadata.name === className);
  if (storageClass !== undefined && textAt(storageClass, 'volumeBindingMode') === 'Immediate') {
    return inProgress('Pending', `Its storage class ${className} has not provided a volume yet.`);
  }
  return current('WaitForFirstConsumer', 'It is bound when the first pod uses it.');
}

function uses(pod: Resource, claim: Resource): boolean {
  if (pod.metadata.namespace !== claim.metadata.namespace) return false;
  return asMaps(at(pod, 'spec', 'volumes')).some(
    (volume) => textAt(volume, 'persistentVolumeClaim', 'claimName') === claim.metadata.name,
  );
}
