import type { ObjectAddress } from './identity.ts';

/** What a deployment did to an object. */
export const changeActions = [
  'created',
  'configured',
  'unchanged',
  'replaced',
  'deleted',
  'pruned',
  'skipped',
  'failed',
] as const;
export type ChangeAction = (typeof changeActions)[number];

/** One line of a change set. `uid` is that of the object after the change, or of the one that went. */
export interface Change {
  object: ObjectAddress;
  action: ChangeAction;
  uid?: string;
  /** Why it was skipped, replaced or failed. */
  reason?: string;
}

export type ChangeSet = Change[];

/** "3 created, 1 configured, 12 unchanged"; "nothing to do" for an empty set. */
export function summarizeChanges(changes: ChangeSet): string {
  const counts = changeActions
    .map((action) => ({ action, count: changes.filter((change) => change.action === action).length }))
    .filter(({ count }) => count > 0);
  return counts.length === 0
    ? 'nothing to do'
    : counts.map(({ action, count }) => `${count} ${action}`).join(', ');
}
