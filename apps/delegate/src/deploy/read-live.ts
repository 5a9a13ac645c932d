import { keyOf, keyOfObject, RELEASE_NAME_LABEL } from '@slipway/deploy-engine';
import type { KubernetesObject, ObjectAddress } from '@slipway/deploy-engine';
import type { Cluster, Collection } from '../cluster/cluster.ts';
import { inParallel } from './in-parallel.ts';

/** Below this, asking for each object is cheaper than listing its kind. */
const FEW = 6;
/** Above this, unlabelled objects are looked for with one list of the whole kind. */
const MANY_MISSING = 20;

/** Reads the live objects of a set: a list for each kind, by the release's label where that finds them. */
export async function readLive(
  cluster: Cluster,
  addresses: readonly ObjectAddress[],
  options: { releaseName: string; signal: AbortSignal },
): Promise<Map<string, KubernetesObject>> {
  const groups = new Map<string, { collection: Collection; addresses: ObjectAddress[] }>();
  for (const address of addresses) {
    const { apiVersion, kind, namespace } = address;
    const key = `${apiVersion}/${kind}/${namespace ?? ''}`;
    const collection = { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) };
    const group = groups.get(key) ?? { collection, addresses: [] };
    group.addresses.push(address);
    groups.set(key, group);
  }
  const live = new Map<string, KubernetesObject>();
  await inParallel([...groups.values()], 8, async (group) => {
    if ((await cluster.resource(group.collection.apiVersion, group.collection.kind, options)) === null)
      return;
    for (const object of await readGroup(cluster, group, options)) live.set(keyOfObject(object), object);
  });
  return live;
}

async function readGroup(
  cluster: Cluster,
  group: { collection: Collection; addresses: ObjectAddress[] },
  options: { releaseName: string; signal: AbortSignal },
): Promise<KubernetesObject[]> {
  const { signal } = options;
  if (group.addresses.length < FEW) return getEach(cluster, group.addresses, signal);
  const labelSelector = `${RELEASE_NAME_LABEL}=${options.releaseName}`;
  const { items } = await cluster.list(group.collection, { labelSelector, signal });
  const found = new Set(items.map((item) => keyOfObject(item)));
  const missing = group.addresses.filter((address) => !found.has(keyOf(address)));
  if (missing.length === 0) return items;
  if (missing.length <= MANY_MISSING) return [...items, ...(await getEach(cluster, missing, signal))];
  const wanted = new Set(missing.map((address) => keyOf(address)));
  const all = await cluster.list(group.collection, { signal });
  return [...items, ...all.items.filter((item) => wanted.has(keyOfObject(item)))];
}

async function getEach(
  cluster: Cluster,
  addresses: readonly ObjectAddress[],
  signal: AbortSignal,
): Promise<KubernetesObject[]> {
  const found = await inParallel(addresses, 8, (address) => cluster.get(address, { signal }));
  return found.filter((object) => object !== null);
}
