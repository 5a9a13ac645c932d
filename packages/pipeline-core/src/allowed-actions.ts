import type { Status } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';

export const executionActions = ['abort', 'rerun'] as const;
export type ExecutionAction = (typeof executionActions)[number];

export type Permit = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const allowed: Permit = { allowed: true };

/** What a person may do to an execution of this status, and the sentence that says why not: for the button and for the refusal. */
export function allowedActions(status: Status): Readonly<Record<ExecutionAction, Permit>> {
  return { abort: abortPermit(status), rerun: allowed };
}

function abortPermit(status: Status): Permit {
  if (isTerminal(status)) return { allowed: false, reason: 'The execution has ended.' };
  if (status === 'DISCONTINUING')
    return { allowed: false, reason: 'The execution is being stopped already.' };
  return allowed;
}
