import { at } from '@slipway/deploy-engine';
import type { KubernetesObject } from '@slipway/deploy-engine';
import type { Related } from '@slipway/readiness';
import type { ClusterView } from './cluster-view.ts';

/** Finds what surrounds a workload without walking through everything for each of them. */
export interface RelatedIndex {
  of(resource: KubernetesObject): Related;
  childrenOf(uid: string | undefined): KubernetesObject[];
}

export function indexRelated(view: ClusterView): RelatedIndex {
  const replicaSets = view.all('ReplicaSet');
  const pods = view.all('Pod');
  const claims = view.all('PersistentVolumeClaim');
  const children = new Map<string, KubernetesObject[]>();
  for (const object of [...replicaSets, ...pods]) {
    for (const { uid } of object.metadata.ownerReferences ?? []) push(children, uid, object);
  }
  const events = new Map<string, KubernetesObject[]>();
  for (const event of view.all('Event')) {
    const uid = at(event, 'involvedObject', 'uid');
    if (typeof uid === 'string') push(events, uid, event);
  }
  const childrenOf = (uid: string | undefined): KubernetesObject[] =>
    uid === undefined ? [] : (children.get(uid) ?? []);
  return {
    childrenOf,
    of: (resource) => {
      if (resource.kind === 'PersistentVolumeClaim') {
        return { pods, claims, events: events.get(resource.metadata.uid ?? '') ?? [] };
      }
      const direct = childrenOf(resource.metadata.uid);
      const below = direct.flatMap((child) => childrenOf(child.metadata.uid));
      const family = [resource, ...direct, ...below];
      return {
        replicaSets: family.filter((object) => object.kind === 'ReplicaSet'),
        pods: family.filter((object) => object.kind === 'Pod'),
        events: family.flatMap((object) => events.get(object.metadata.uid ?? '') ?? []),
      };
    },
  };
}

function push(map: Map<string, KubernetesObject[]>, key: string, object: KubernetesObject): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [object]);
  else list.push(object);
}
