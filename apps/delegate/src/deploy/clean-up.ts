import {
  at,
  asMap,
  CONFIGURATION_VERSION_LABEL,
  configurationInUse,
  displayName,
  addressOf,
  RELEASE_NAME_LABEL,
  releasesToForget,
  unneededVersions,
} from '@slipway/deploy-engine';
import type { KubernetesObject, ReleaseIndex } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import { inParallel } from './in-parallel.ts';
import type { ReleaseStore } from './release-store.ts';
import type { SectionLog } from './sections.ts';

interface CleanUpOptions {
  releaseName: string;
  retention: number;
  current: ReleaseIndex;
  signal: AbortSignal;
  log: SectionLog;
}

/**
 * Forgets releases beyond the retention, then deletes versions of configuration that nothing needs any more. What the
 * cluster refuses is left for the next deployment: tidying up is no reason for a good release to fail.
 */
export async function cleanUp(cluster: Cluster, store: ReleaseStore, options: CleanUpOptions): Promise<void> {
  try {
    await tidy(cluster, store, options);
  } catch (error) {
    if (!isClusterError(error)) throw error;
    options.log.warn(`Not everything old could be removed: ${error.message}`);
  }
}

async function tidy(cluster: Cluster, store: ReleaseStore, options: CleanUpOptions): Promise<void> {
  const { log, signal } = options;
  const indexes = await store.list();
  const forgotten = releasesToForget(indexes, options.retention, options.current.number);
  for (const index of forgotten) {
    await store.forget(index);
    log.info(`Forgot release ${index.number} (${index.status}); ${options.retention} are kept.`);
  }
  const kept = indexes.filter((index) => !forgotten.includes(index));
  const named = new Set(
    kept.flatMap((index) =>
      index.inventory.map((entry) => `${entry.kind}/${entry.namespace ?? ''}/${entry.name}`),
    ),
  );
  const namespaces = new Set(
    indexes.flatMap((index) => index.inventory.flatMap((entry) => entry.namespace ?? [])),
  );
  for (const namespace of namespaces) {
    const versions = await listVersions(cluster, namespace, options);
    const candidates = unneededVersions(versions, named, new Set());
    if (candidates.length === 0) continue;
    const users = await listUsers(cluster, namespace, options);
    if (users === undefined) {
      log.warn(`Versions of configuration in ${namespace} are kept: what uses them cannot be listed.`);
      continue;
    }
    const unneeded = unneededVersions(candidates, named, configurationInUse(users));
    await inParallel(unneeded, 8, async (object) => {
      const { uid } = object.metadata;
      await cluster.remove({ ...addressOf(object) }, { signal, ...(uid === undefined ? {} : { uid }) });
      log.info(`${displayName(addressOf(object))} deleted: no kept release and nothing running uses it.`);
    });
  }
}

async function listVersions(
  cluster: Cluster,
  namespace: string,
  options: CleanUpOptions,
): Promise<KubernetesObject[]> {
  const labelSelector = `${RELEASE_NAME_LABEL}=${options.releaseName},${CONFIGURATION_VERSION_LABEL}=true`;
  const lists = await Promise.all(
    ['ConfigMap', 'Secret'].map((kind) =>
      listIfAllowed(cluster, 'v1', kind, namespace, { labelSelector, signal: options.signal }),
    ),
  );
  return lists.flatMap((items) => items ?? []);
}

/** Everything that may name a version; undefined when some of it may not be listed. */
async function listUsers(
  cluster: Cluster,
  namespace: string,
  { signal }: CleanUpOptions,
): Promise<KubernetesObject[] | undefined> {
  const kinds = [
    ['v1', 'Pod'],
    ['apps/v1', 'ReplicaSet'],
    ['apps/v1', 'ControllerRevision'],
    ['batch/v1', 'Job'],
    ['batch/v1', 'CronJob'],
  ] as const;
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) => listIfAllowed(cluster, apiVersion, kind, namespace, { signal })),
  );
  if (lists.some((items) => items === undefined)) return undefined;
  return lists
    .flatMap((items) => items ?? [])
    .map((object) => (object.kind === 'ControllerRevision' ? revisedSet(object) : object));
}

async function listIfAllowed(
  cluster: Cluster,
  apiVersion: string,
  kind: string,
  namespace: string,
  options: { labelSelector?: string; signal: AbortSignal },
): Promise<KubernetesObject[] | undefined> {
  try {
    return (await cluster.list({ apiVersion, kind, namespace }, options)).items;
  } catch (error) {
    if (isClusterError(error, 403)) return undefined;
    throw error;
  }
}

// A revision holds `{spec: {template}}` of its StatefulSet or DaemonSet.
function revisedSet(revision: KubernetesObject): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: revision.metadata,
    spec: asMap(at(revision, 'data', 'spec')) ?? {},
  };
}
