import { groupOf } from './identity.ts';
import { asList, asMap, at } from './kubernetes-object.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** The stages of an apply, in order; objects of one stage are applied in parallel. */
export const applyStages = [
  'definitions',
  'foundations',
  'workloads',
  'exposure',
  'extensions',
  'served',
] as const;
export type ApplyStage = (typeof applyStages)[number];

/** What must be seen before the next stage begins. */
export const stageGates: Record<ApplyStage, 'established' | 'none' | 'backends-ready'> = {
  definitions: 'established',
  foundations: 'none',
  workloads: 'none',
  exposure: 'none',
  // Read before the stage: webhooks and API services are registered only once their backends answer.
  extensions: 'backends-ready',
  served: 'none',
};

const stageOfKind: Record<string, ApplyStage> = {
  '/Namespace': 'definitions',
  'apiextensions.k8s.io/CustomResourceDefinition': 'definitions',
  '/ResourceQuota': 'foundations',
  '/LimitRange': 'foundations',
  '/ServiceAccount': 'foundations',
  '/Secret': 'foundations',
  '/ConfigMap': 'foundations',
  '/PersistentVolume': 'foundations',
  '/PersistentVolumeClaim': 'foundations',
  '/Service': 'foundations',
  '/Endpoints': 'foundations',
  'discovery.k8s.io/EndpointSlice': 'foundations',
  'storage.k8s.io/StorageClass': 'foundations',
  'storage.k8s.io/CSIDriver': 'foundations',
  'scheduling.k8s.io/PriorityClass': 'foundations',
  'node.k8s.io/RuntimeClass': 'foundations',
  'networking.k8s.io/IngressClass': 'foundations',
  'networking.k8s.io/NetworkPolicy': 'foundations',
  'rbac.authorization.k8s.io/ClusterRole': 'foundations',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'foundations',
  'rbac.authorization.k8s.io/Role': 'foundations',
  'rbac.authorization.k8s.io/RoleBinding': 'foundations',
  '/Pod': 'workloads',
  '/ReplicationController': 'workloads',
  'apps/ReplicaSet': 'workloads',
  'apps/Deployment': 'workloads',
  'apps/StatefulSet': 'workloads',
  'apps/DaemonSet': 'workloads',
  'batch/Job': 'workloads',
  'batch/CronJob': 'workloads',
  'apps.openshift.io/DeploymentConfig': 'workloads',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'extensions',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'extensions',
  'apiregistration.k8s.io/APIService': 'extensions',
};

/** Sorts objects into stages. Within a stage the order of the manifests is kept. */
export function orderIntoStages<T extends { object: KubernetesObject }>(
  items: readonly T[],
): Map<ApplyStage, T[]> {
  const extended = extendedGroups(items.map(({ object }) => object));
  const stages = new Map<ApplyStage, T[]>(applyStages.map((stage) => [stage, []]));
  for (const item of items) stages.get(stageOf(item.object, extended))?.push(item);
  return stages;
}

function stageOf(object: KubernetesObject, extended: ReadonlySet<string>): ApplyStage {
  const group = groupOf(object.apiVersion);
  const known = stageOfKind[`${group}/${object.kind}`];
  if (known !== undefined) return known;
  return extended.has(group) ? 'served' : 'exposure';
}

/** API groups whose objects cannot be written before an API service or webhook of this set answers. */
function extendedGroups(objects: readonly KubernetesObject[]): Set<string> {
  const groups = new Set<string>();
  for (const object of objects) {
    if (object.kind === 'APIService' && at(object, 'spec', 'service') !== undefined) {
      groups.add(String(at(object, 'spec', 'group')));
    }
    if (object.kind.endsWith('WebhookConfiguration')) {
      for (const webhook of asList(object['webhooks'])) {
        for (const rule of asList(asMap(webhook)?.['rules'])) {
          for (const group of asList(asMap(rule)?.['apiGroups']))
            if (group !== '*') groups.add(String(group));
        }
      }
    }
    // A CRD with a conversion webhook serves nothing until the webhook answers.
    if (
      object.kind === 'CustomResourceDefinition' &&
      at(object, 'spec', 'conversion', 'webhook') !== undefined
    ) {
      groups.add(String(at(object, 'spec', 'group')));
    }
  }
  return groups;
}

/** Workloads whose readiness ends a deployment; the rest is waited for by its own conditions. */
export function isWorkload(object: { apiVersion: string; kind: string }): boolean {
  const group = groupOf(object.apiVersion);
  return group === 'apps' && ['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind);
}

/** A batch Job: immutable once it runs, so a changed one is replaced. */
export function isJob(object: { apiVersion: string; kind: string }): boolean {
  return groupOf(object.apiVersion) === 'batch' && object.kind === 'Job';
}

/** The path of the pod template inside an object that makes pods, or undefined for one that makes none. */
export function podTemplatePath(object: { apiVersion: string; kind: string }): readonly string[] | undefined {
  const known = podTemplates[`${groupOf(object.apiVersion)}/${object.kind}`];
  return known;
}

const podTemplates: Record<string, readonly string[]> = {
  'apps/Deployment': ['spec', 'template'],
  'apps/StatefulSet': ['spec', 'template'],
  'apps/DaemonSet': ['spec', 'template'],
  'apps/ReplicaSet': ['spec', 'template'],
  '/ReplicationController': ['spec', 'template'],
  'apps.openshift.io/DeploymentConfig': ['spec', 'template'],
  'batch/Job': ['spec', 'template'],
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template'],
  '/Pod': [],
};
