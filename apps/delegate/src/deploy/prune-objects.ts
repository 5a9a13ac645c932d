import { displayName, keyOf, pruneDecision } from '@slipway/deploy-engine';
import type { Change, PruneCandidate } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import { inParallel } from './in-parallel.ts';
import { readLive } from './read-live.ts';
import type { SectionLog } from './sections.ts';
import { waitForObject } from './wait-for-object.ts';
import { withRetries } from './with-retries.ts';

/** How long a deletion may hang on finalizers. */
const DELETION_TIMEOUT_MS = 60_000;

/** Deletes what the candidates name, each after a look at the live object, and waits until it is gone. */
export async function pruneObjects(
  cluster: Cluster,
  candidates: readonly PruneCandidate[],
  options: { releaseName: string; signal: AbortSignal; log: SectionLog; action: 'pruned' | 'deleted' },
): Promise<Change[]> {
  const { signal, log, releaseName } = options;
  const live = await readLive(cluster, candidates, { releaseName, signal });
  return inParallel(candidates, 8, async (candidate): Promise<Change> => {
    const decision = pruneDecision(candidate, live.get(keyOf(candidate)), releaseName);
    if (!decision.delete) {
      log.info(`${displayName(candidate)} kept: ${decision.reason}`);
      return { object: candidate, action: 'skipped', reason: decision.reason };
    }
    const { uid } = decision;
    try {
      await withRetries(signal, () => cluster.remove(candidate, { uid, signal }));
    } catch (error) {
      if (!isClusterError(error, 409)) throw error;
      return { object: candidate, action: 'skipped', reason: 'it is another object of the same name by now' };
    }
    await waitForObject(cluster, candidate, {
      until: (object) => object === undefined || object.metadata.uid !== uid,
      what: `${displayName(candidate)} to be deleted`,
      timeoutMs: DELETION_TIMEOUT_MS,
      signal,
    });
    log.info(`${displayName(candidate)} ${options.action} (it came with release ${candidate.release})`);
    return { object: candidate, action: options.action, uid };
  });
}
