import { addressOf, autoscalerKinds, keyOf, planRolling } from '@slipway/deploy-engine';
import type { KubernetesObject, Plan, ReleaseIndex, SourcedObject } from '@slipway/deploy-engine';
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
  options: { releaseName: string; signal: AbortSignal; own?: ReleaseIndex | undefined },
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
    ownUids: createdBefore(options.own, live),
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

/**
 * Uids of what an interrupted run of the same release has created already. A release that ended and is tried again has
 * created nothing in this sense: its failed Jobs are to run again.
 */
function createdBefore(
  own: ReleaseIndex | undefined,
  live: ReadonlyMap<string, KubernetesObject>,
): ReadonlySet<string> {
  const uids = new Set<string>();
  if (own?.status !== 'in-progress') return uids;
  for (const entry of own.inventory) {
    const uid = live.get(keyOf(entry))?.metadata.uid;
    const isCreation = entry.planned === 'create' || entry.planned === 'replace';
    if (isCreation && uid !== undefined && uid !== entry.before) uids.add(uid);
  }
  return uids;
}
