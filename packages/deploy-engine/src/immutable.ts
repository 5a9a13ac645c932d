import { groupOf } from './identity.ts';
import { at } from './kubernetes-object.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { isWithin } from './equality.ts';

/** A change that Kubernetes refuses on an existing object. */
export interface ImmutableChange {
  field: string;
  message: string;
}

const fieldsOfKind: Record<string, readonly string[]> = {
  'apps/Deployment': ['spec.selector'],
  'apps/DaemonSet': ['spec.selector'],
  'apps/ReplicaSet': ['spec.selector'],
  'apps/StatefulSet': ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy'],
  '/PersistentVolumeClaim': ['spec.accessModes', 'spec.storageClassName', 'spec.volumeMode', 'spec.selector'],
  '/Secret': ['type'],
  'rbac.authorization.k8s.io/RoleBinding': ['roleRef'],
  'rbac.authorization.k8s.io/ClusterRoleBinding': ['roleRef'],
  'storage.k8s.io/StorageClass': ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
  'scheduling.k8s.io/PriorityClass': ['value'],
};

/**
 * Changes of fields that are known to be immutable, found without asking the server. A dry run finds the rest; this
 * finds them where a dry run is not made and says it in words.
 */
export function immutableChanges(desired: KubernetesObject, live: KubernetesObject): ImmutableChange[] {
  const changes: ImmutableChange[] = [];
  for (const field of fieldsOfKind[`${groupOf(desired.apiVersion)}/${desired.kind}`] ?? []) {
    const path = field.split('.');
    const wanted = at(desired, ...path);
    const actual = at(live, ...path);
    // Atomic maps must agree both ways: a selector that lost a label has changed, too.
    const same = isWithin(wanted, actual) && (field !== 'spec.selector' || isWithin(actual, wanted));
    if (wanted === undefined || same) continue;
    changes.push({
      field,
      message: `${field} is ${JSON.stringify(actual)} in the cluster and ${JSON.stringify(wanted)} in the manifest: field is immutable.`,
    });
  }
  if (live['immutable'] === true && live.apiVersion === 'v1') {
    for (const field of ['data', 'binaryData']) {
      if (isWithin(desired[field], live[field]) && isWithin(live[field], desired[field])) continue;
      changes.push({ field, message: `${field} cannot change: the live object says immutable: true.` });
    }
  }
  return changes;
}
