import type { Failure, TaskOutcome } from '@slipway/contracts';

/** The outcome of a task that was not run a second time after its delegate was lost. */
export function lostOutcome(delegate: string | undefined): TaskOutcome {
  const who = delegate === undefined ? 'The delegate' : `Delegate ${delegate}`;
  return failedOutcome({
    code: 'delegate.restarted',
    errorType: 'DelegateRestart',
    message: `${who} was lost while it ran this task. What it runs is never run a second time by itself.`,
    hints: [
      'Look whether the delegate restarted, and why: memory, eviction, a lost connection.',
      'Run the step again when that is safe, or give it a failure strategy for DelegateRestart.',
    ],
  });
}

/** The outcome of a task that may be repeated, but has lost its delegate too often: it may be what kills them. */
export function exhaustedOutcome(delegate: string | undefined, attempts: number): TaskOutcome {
  return failedOutcome({
    code: 'delegate.lost_repeatedly',
    errorType: 'DelegateRestart',
    message: `${attempts} attempts at this task ended with the loss of their delegate${delegate === undefined ? '' : `, the last one ${delegate}`}.`,
    hints: [
      'Look at why the delegate ends: short memory is the usual cause.',
      'Give the delegate more memory, or run the step with less at once.',
    ],
  });
}

export function malformedOutcome(what: string): TaskOutcome {
  return failedOutcome({
    code: 'delegate.outcome_invalid',
    errorType: 'Unknown',
    message: `The delegate's outcome cannot be read: ${what}`,
    hints: [],
  });
}

function failedOutcome(failure: Omit<Failure, 'causes' | 'evidence'>): TaskOutcome {
  return { kind: 'failed', failure: { ...failure, causes: [], evidence: [] } };
}

export const cancelledOutcome: TaskOutcome = { kind: 'cancelled' };
