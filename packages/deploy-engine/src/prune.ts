import { keyOf } from './identity.ts';
import type { ObjectAddress } from './identity.ts';
import { hasMarker, RELEASE_NAME_LABEL } from './markers.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import type { InventoryEntry, ReleaseIndex } from './release.ts';
import { inventoryKeys } from './release.ts';
import { CONFIGURATION_VERSION_LABEL } from './configuration/version-configuration.ts';

/** An object that an earlier release owns and the new one does not. */
export interface PruneCandidate extends ObjectAddress {
  uid?: string;
  /** The release that put it there. */
  release: number;
}

/**
 * What may go after a release: objects of the last successful one that the new one lacks, and objects that failed
 * releases since then created. Each is still to be looked at (`pruneDecision`) before it is deleted.
 */
export function pruneCandidates(
  current: readonly InventoryEntry[],
  previous: ReleaseIndex | undefined,
  since: readonly ReleaseIndex[],
): PruneCandidate[] {
  const kept = inventoryKeys(current);
  const candidates = new Map<string, PruneCandidate>();
  const add = (entry: InventoryEntry, release: number): void => {
    const key = keyOf(entry);
    if (!kept.has(key)) candidates.set(key, toCandidate(entry, release));
  };
  for (const entry of previous?.inventory ?? []) add(entry, previous?.number ?? 0);
  for (const index of since) {
    for (const entry of index.inventory)
      if (isCreation(entry) && entry.uid !== undefined) add(entry, index.number);
  }
  return [...candidates.values()];
}

/** What later releases created and the target of a rollback does not have. */
export function rollbackCandidates(
  target: ReleaseIndex | undefined,
  later: readonly ReleaseIndex[],
): PruneCandidate[] {
  const kept = inventoryKeys(target?.inventory ?? []);
  const candidates = new Map<string, PruneCandidate>();
  for (const index of later) {
    for (const entry of index.inventory) {
      if (!isCreation(entry) || entry.uid === undefined || kept.has(keyOf(entry))) continue;
      candidates.set(keyOf(entry), toCandidate(entry, index.number));
    }
  }
  return [...candidates.values()];
}

function isCreation(entry: InventoryEntry): boolean {
  return entry.action === 'created' || entry.action === 'replaced';
}

function toCandidate(entry: InventoryEntry, release: number): PruneCandidate {
  const { apiVersion, group, kind, namespace, name, uid } = entry;
  return {
    apiVersion,
    group,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    release,
  };
}

export type PruneDecision = { delete: true; uid: string } | { delete: false; reason: string };

// What holds other things, or data: never deleted without a word on the object itself.
const protectedKinds: ReadonlySet<string> = new Set([
  '/Namespace',
  'apiextensions.k8s.io/CustomResourceDefinition',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
]);

/** Whether a candidate may be deleted, judged by the live object. */
export function pruneDecision(
  candidate: PruneCandidate,
  live: KubernetesObject | undefined,
  releaseName: string,
): PruneDecision {
  if (live === undefined) return { delete: false, reason: 'it is gone already' };
  const { uid, deletionTimestamp, labels } = live.metadata;
  if (uid === undefined || (candidate.uid !== undefined && candidate.uid !== uid)) {
    return { delete: false, reason: 'it is another object of the same name by now' };
  }
  if (labels?.[RELEASE_NAME_LABEL] !== releaseName) {
    return { delete: false, reason: `it no longer carries the label ${RELEASE_NAME_LABEL}: ${releaseName}` };
  }
  if (labels[CONFIGURATION_VERSION_LABEL] === 'true') {
    return {
      delete: false,
      reason: 'it is a version of configuration, which goes when nothing uses it any more',
    };
  }
  if (hasMarker(live, 'skipPruning')) return { delete: false, reason: 'its annotation forbids it' };
  if (protectedKinds.has(`${candidate.group}/${candidate.kind}`) && !hasMarker(live, 'allowDeletion')) {
    return {
      delete: false,
      reason: `a ${candidate.kind} is deleted only with the annotation slipway.dev/allow-deletion: "true"`,
    };
  }
  if (deletionTimestamp !== undefined) return { delete: false, reason: 'it is being deleted already' };
  return { delete: true, uid };
}
