import { isTerminal } from '@slipway/contracts';
import type { ExecutionState } from './state.ts';

/** When something is due next, in milliseconds since 1970; `null` when nothing is. */
export function nextDeadline(state: ExecutionState): number | null {
  let next = state.ending === undefined ? (state.deadlineAt ?? null) : null;
  for (const node of Object.values(state.nodes)) {
    if (isTerminal(node.status)) continue;
    const due = node.retryAt ?? node.deadlineAt;
    if (due !== undefined && (next === null || due < next)) next = due;
  }
  return next;
}
