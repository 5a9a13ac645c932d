import { computeGeneric, unsettled } from './generic.ts';
import { computeApiService } from './kinds/api-service.ts';
import { computeAutoscaler } from './kinds/autoscaler.ts';
import { computePodDisruptionBudget } from './kinds/budget.ts';
import { computeCustomResourceDefinition } from './kinds/custom-resource-definition.ts';
import { computeDaemonSet } from './kinds/daemon-set.ts';
import { computeDeployment } from './kinds/deployment.ts';
import { computeJob } from './kinds/job.ts';
import { computeNamespace } from './kinds/namespace.ts';
import { computePersistentVolumeClaim } from './kinds/persistent-volume-claim.ts';
import type { ClaimSurroundings } from './kinds/persistent-volume-claim.ts';
import { computePod } from './kinds/pod.ts';
import { computeReplicaSet } from './kinds/replica-set.ts';
import { computeService } from './kinds/service.ts';
import { computeStatefulSet } from './kinds/stateful-set.ts';
import { groupOf } from './resource.ts';
import type { Resource } from './resource.ts';
import { current } from './status.ts';
import type { Verdict } from './status.ts';

const rules: Record<string, (resource: Resource, surroundings: ClaimSurroundings) => Verdict> = {
  'apps/Deployment': computeDeployment,
  'apps/StatefulSet': computeStatefulSet,
  'apps/DaemonSet': computeDaemonSet,
  'apps/ReplicaSet': computeReplicaSet,
  '/ReplicationController': computeReplicaSet,
  '/Pod': computePod,
  'batch/Job': computeJob,
  'batch/CronJob': () => current('Scheduled', 'It runs by its schedule.'),
  '/PersistentVolumeClaim': computePersistentVolumeClaim,
  '/Service': computeService,
  '/Namespace': computeNamespace,
  'apiextensions.k8s.io/CustomResourceDefinition': computeCustomResourceDefinition,
  'apiregistration.k8s.io/APIService': computeApiService,
  'autoscaling/HorizontalPodAutoscaler': computeAutoscaler,
  'policy/PodDisruptionBudget': computePodDisruptionBudget,
};

/** Kinds that are all they will ever be once they exist, so that nobody need watch them. */
const settledOnceStored: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/LimitRange',
  '/ResourceQuota',
  '/Endpoints',
  'discovery.k8s.io/EndpointSlice',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'autoscaling/HorizontalPodAutoscaler',
  'storage.k8s.io/StorageClass',
  'scheduling.k8s.io/PriorityClass',
  'node.k8s.io/RuntimeClass',
  'batch/CronJob',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
]);

/** Whether an object of this kind can be anything but ready once it is stored. */
export function needsWaiting(kind: { apiVersion: string; kind: string }): boolean {
  return !settledOnceStored.has(`${groupOf(kind.apiVersion)}/${kind.kind}`);
}

/**
 * Says how ready a resource is, from itself and (for claims) its surroundings. Undefined stands for an object that
 * does not exist. Never throws: what a status lacks counts as not reported yet.
 */
export function compute(resource: Resource | undefined, surroundings: ClaimSurroundings = {}): Verdict {
  if (resource === undefined)
    return { status: 'not-found', reason: 'NotFound', message: 'It does not exist.' };
  const early = unsettled(resource);
  if (early !== undefined) return early;
  const rule = rules[`${groupOf(resource.apiVersion)}/${resource.kind}`];
  return rule === undefined ? computeGeneric(resource) : rule(resource, surroundings);
}
