import type { ReleaseReport } from '@slipway/contracts';
import { keyOf } from '@slipway/deploy-engine';
import type { Change, InventoryEntry, Plan, ReleaseIndex } from '@slipway/deploy-engine';
import { canonicalJson } from '@slipway/deploy-engine';
import { sha256 } from './release-store.ts';

/** The inventory of a plan before its first write: what is to be done, and what was there already. */
export function plannedInventory(
  plan: Plan,
  live: ReadonlyMap<string, { metadata: { uid?: string } }>,
  before: readonly InventoryEntry[],
): InventoryEntry[] {
  const known = new Map(before.map((entry) => [keyOf(entry), entry]));
  return plan.objects.map((item): InventoryEntry => {
    const earlier = known.get(item.key);
    const uid = live.get(item.key)?.metadata.uid;
    const before = earlier === undefined ? uid : earlier.before;
    // What an interrupted run claimed to create stays its creation when the repeat finds it there.
    const planned =
      earlier?.planned === 'create' || earlier?.planned === 'replace' ? earlier.planned : item.action;
    return {
      ...item.address,
      planned,
      ...(uid === undefined ? {} : { uid }),
      ...(before === undefined ? {} : { before }),
      ...(item.address.kind === 'Secret' ? {} : { hash: sha256(canonicalJson(item.object)) }),
    };
  });
}

/** The inventory with what became of each object. */
export function withChanges(
  inventory: readonly InventoryEntry[],
  changes: ReadonlyMap<string, Change>,
): InventoryEntry[] {
  return inventory.map((entry) => {
    const change = changes.get(keyOf(entry));
    if (change === undefined) return entry;
    const action = actionOf(entry, change);
    return { ...entry, action, ...(change.uid === undefined ? {} : { uid: change.uid }) };
  });
}

/** What an interrupted run created, a repeat finds unchanged; the release created it all the same. */
function actionOf(entry: InventoryEntry, change: Change): Change['action'] {
  const isDone = change.action === 'configured' || change.action === 'unchanged';
  if (!isDone || change.uid === entry.before) return change.action;
  return entry.before === undefined ? 'created' : 'replaced';
}

/** A release for the index in Postgres: no manifest, no secret value. */
export function toReleaseReport(index: ReleaseIndex): ReleaseReport {
  return {
    name: index.releaseName,
    number: index.number,
    namespace: index.namespace,
    ...(index.previousSuccessful === undefined ? {} : { previousSuccessful: index.previousSuccessful }),
    status: index.status,
    images: index.images,
    inventory: index.inventory.map(({ apiVersion, kind, namespace, name, uid, action, hash }) => ({
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(action === undefined ? {} : { action }),
      ...(hash === undefined ? {} : { hash }),
    })),
  };
}
