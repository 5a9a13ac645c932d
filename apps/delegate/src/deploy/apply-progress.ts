import type { ObjectStatus, Progress } from '@slipway/contracts';
import type { Change, Plan, PlannedObject } from '@slipway/deploy-engine';
import { needsWaiting } from '@slipway/readiness';

/** More is not drawn: nobody reads it, and it is sent several times a second. What is waited for comes first. */
export const LARGEST_PICTURE = 300;

/** What the console shows while objects are applied. */
export function applyProgress(
  plan: Plan,
  changes: ReadonlyMap<string, Change>,
  release: NonNullable<Progress['release']>,
): Progress {
  return {
    sentence: `Applied ${changes.size} of ${plan.objects.length} objects.`,
    causes: [],
    objects: storedStatuses(plan, changes, () => true),
    release,
  };
}

/** Chosen objects of a plan as far as the apply itself tells about them. */
export function storedStatuses(
  plan: Plan,
  changes: ReadonlyMap<string, Change>,
  chosen: (item: PlannedObject) => boolean,
): ObjectStatus[] {
  const objects = plan.objects.filter(chosen);
  const rank = (item: PlannedObject): number => (item.waits && needsWaiting(item.address) ? 0 : 1);
  const isLarge = objects.length > LARGEST_PICTURE;
  const drawn = isLarge ? objects.toSorted((left, right) => rank(left) - rank(right)) : objects;
  return drawn.slice(0, LARGEST_PICTURE).map((item) => {
    const { apiVersion, kind, namespace, name } = item.address;
    const change = changes.get(item.key);
    return {
      id: change?.uid ?? item.key,
      ref: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name },
      status: statusOf(item, change),
      summary: change?.action ?? 'waiting',
      ...(change?.reason === undefined ? {} : { message: change.reason }),
    };
  });
}

function statusOf(item: PlannedObject, change: Change | undefined): ObjectStatus['status'] {
  if (change === undefined) return 'unknown';
  if (change.action === 'failed') return 'failed';
  return item.waits && needsWaiting(item.address) ? 'in-progress' : 'current';
}
