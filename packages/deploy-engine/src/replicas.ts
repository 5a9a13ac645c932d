import { groupOf } from './identity.ts';
import { asMap, at } from './kubernetes-object.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

/** The kinds of objects that decide on the replicas of others. */
export const autoscalerKinds = [
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject' },
] as const;

function targetKey(group: string, kind: string, namespace: string, name: string): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/** Keys of the workloads whose replicas an autoscaler decides, from autoscalers of the set and live ones. */
export function autoscaledTargets(autoscalers: readonly KubernetesObject[]): Set<string> {
  const targets = new Set<string>();
  for (const autoscaler of autoscalers) {
    const isKeda = autoscaler.kind === 'ScaledObject' && groupOf(autoscaler.apiVersion) === 'keda.sh';
    if (!isKeda && autoscaler.kind !== 'HorizontalPodAutoscaler') continue;
    const target = asMap(at(autoscaler, 'spec', 'scaleTargetRef'));
    if (typeof target?.['name'] !== 'string') continue;
    const apiVersion = typeof target['apiVersion'] === 'string' ? target['apiVersion'] : 'apps/v1';
    const kind = typeof target['kind'] === 'string' ? target['kind'] : 'Deployment';
    targets.add(targetKey(groupOf(apiVersion), kind, autoscaler.metadata.namespace ?? '', target['name']));
  }
  return targets;
}

export function isAutoscaled(object: KubernetesObject, targets: ReadonlySet<string>): boolean {
  const { namespace, name } = object.metadata;
  return targets.has(targetKey(groupOf(object.apiVersion), object.kind, namespace ?? '', name));
}

/** The object without `spec.replicas`. */
export function withoutReplicas(object: KubernetesObject): KubernetesObject {
  const spec = asMap(object['spec']);
  if (spec === undefined || !('replicas' in spec)) return object;
  const { replicas: _replicas, ...kept } = spec;
  return { ...object, spec: kept };
}

/** What the second manager applies to hold the live number of replicas while ours lets go. */
export function replicasHolder(live: KubernetesObject): KubernetesObject | undefined {
  const replicas = at(live, 'spec', 'replicas');
  if (typeof replicas !== 'number') return undefined;
  const { name, namespace } = live.metadata;
  return {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { replicas },
  };
}
