import { addressOf, autoscalerKinds, planRolling } from '@slipway/deploy-engine';
import type { KubernetesObject, Plan, SourcedObject } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import { readLive } from './read-live.ts';
import { sha256 } from './release-store.ts';

export interface PlannedRelease {
  plan: Plan;
  /** What the plan was made against, by key. */
  live: Map<string, KubernetesObject>;
}

/** Reads what a plan depends on, and makes it. */
export async function planRelease(
  cluster: Cluster,
  objects: readonly SourcedObject[],
  options: { releaseName: string; signal: AbortSignal; ownUids?: ReadonlySet<string> },
): Promise<PlannedRelease> {
  const addresses = objects.map(({ object }) => addressOf(object));
  const [live, autoscalers] = await Promise.all([
    readLive(cluster, addresses, options),
    readAutoscalers(cluster, objects, options.signal),
  ]);
  const plan = planRolling({
    releaseName: options.releaseName,
    objects,
    live,
    autoscalers,
    hash: sha256,
    ...(options.ownUids === undefined ? {} : { ownUids: options.ownUids }),
  });
  return { plan, live };
}

const scalable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);

async function readAutoscalers(
  cluster: Cluster,
  objects: readonly SourcedObject[],
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const namespaces = new Set(
    objects.flatMap(({ object }) => (scalable.has(object.kind) ? (object.metadata.namespace ?? []) : [])),
  );
  const questions = [...namespaces].flatMap((namespace) =>
    autoscalerKinds.map((kind) => ({ ...kind, namespace })),
  );
  const lists = await Promise.all(
    questions.map((collection) => listAutoscalers(cluster, collection, signal)),
  );
  return lists.flat();
}

async function listAutoscalers(
  cluster: Cluster,
  collection: { apiVersion: string; kind: string; namespace: string },
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  try {
    if ((await cluster.resource(collection.apiVersion, collection.kind, { signal })) === null) return [];
    return (await cluster.list(collection, { signal })).items;
  } catch (error) {
    // The review has warned; without the right to see autoscalers, only those of the set are known.
    if (isClusterError(error, 403)) return [];
    throw error;
  }
}

/** What an interrupted run of the same release created: planned as new, and live with the uid of its own making. */
export function createdBefore(inventory: readonly { planned?: string; uid?: string }[]): Set<string> {
  return new Set(
    inventory.flatMap((entry) =>
      (entry.planned === 'create' || entry.planned === 'replace') && entry.uid !== undefined
        ? [entry.uid]
        : [],
    ),
  );
}
