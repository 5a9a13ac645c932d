import { addressOf, displayName } from '@slipway/deploy-engine';
import type { KubernetesObject } from '@slipway/deploy-engine';
import { blockingPods } from '@slipway/readiness';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import type { Assessment } from './assess-release.ts';
import type { SectionLog } from './sections.ts';

/** Deletes broken pods of old revisions that stateful sets wait for in vain; each once. */
export function createLiberator(
  cluster: Cluster,
  options: { signal: AbortSignal; log: SectionLog },
): (assessment: Assessment) => Promise<void> {
  const tried = new Set<string>();
  return async ({ pending, index }) => {
    for (const { live, verdict } of pending) {
      if (live?.kind !== 'StatefulSet' || verdict.reason === 'NotObserved') continue;
      for (const { pod, reason } of blockingPods(live, index.of(live))) {
        const { uid, name, namespace } = pod.metadata;
        if (uid === undefined || tried.has(uid)) continue;
        tried.add(uid);
        const place = namespace === undefined ? {} : { namespace };
        const object: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...place } };
        await free(cluster, object, uid, reason, options);
      }
    }
  };
}

async function free(
  cluster: Cluster,
  pod: KubernetesObject,
  uid: string,
  reason: string,
  { signal, log }: { signal: AbortSignal; log: SectionLog },
): Promise<void> {
  const name = displayName(addressOf(pod));
  try {
    await cluster.remove(addressOf(pod), { uid, signal });
    log.warn(
      `${name} of the old revision is broken and held up the update; deleted, so that the new one can come. ${reason}.`,
    );
  } catch (error) {
    // Another pod has its name by now, or deleting is not allowed: the cause that is shown says what to do by hand.
    if (!isClusterError(error)) throw error;
    log.warn(`${name} holds up the update and could not be deleted: ${error.message}`);
  }
}
