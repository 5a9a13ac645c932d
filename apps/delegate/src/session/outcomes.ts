import { TaskOutcomeSchema, largestMessageBytes, taskKinds } from '@slipway/contracts';
import type { Failure, TaskKind, TaskOutcome } from '@slipway/contracts';
import { LeaseEndedError } from '../cluster/cluster-error.ts';
import { SecretsRefusedError } from '../cluster/secrets-refused.ts';
import { explainClusterFailure } from '../cluster/explain.ts';
import { UnansweredError } from './link.ts';

/** Why a task's signal is aborted. */
export class TaskStoppedError extends Error {
  override name = 'TaskStoppedError';
  /** `cancelled`: wanted so. `deadline`: too late. `hasty-end`: the process must end. */
  readonly why: 'cancelled' | 'deadline' | 'hasty-end';

  constructor(why: 'cancelled' | 'deadline' | 'hasty-end', message: string) {
    super(message);
    this.why = why;
  }
}

/** How a task ended, or `released`: nothing is said of it, somebody else does it. */
export type Ending = { kind: 'outcome'; outcome: TaskOutcome } | { kind: 'released'; reason: string };

const failed = (failure: Partial<Failure> & Pick<Failure, 'code' | 'errorType' | 'message'>): Ending => ({
  kind: 'outcome',
  outcome: { kind: 'failed', failure: { causes: [], evidence: [], hints: [], ...failure } },
});

/** What a task that threw ended with. `stopped` is the reason of its aborted signal, if it was aborted. */
export function endingOfError(kind: TaskKind, error: unknown, stopped: unknown): Ending {
  if (stopped instanceof TaskStoppedError && stopped.why === 'cancelled') {
    return { kind: 'outcome', outcome: { kind: 'cancelled' } };
  }
  if (stopped instanceof TaskStoppedError && stopped.why === 'deadline') {
    return failed({ code: 'task.timed_out', errorType: 'Timeout', message: stopped.message });
  }
  const lost = stopped ?? (error instanceof LeaseEndedError ? error : undefined);
  if (lost instanceof LeaseEndedError || lost instanceof TaskStoppedError)
    return endingOfLoss(kind, lost.message);
  const explained = explainClusterFailure(error, { address: 'The cluster' });
  if (explained !== undefined) {
    const { code, title, message, hints, evidence } = explained.cause;
    return failed({
      code,
      errorType: explained.errorType,
      message: title === message ? title : `${title}. ${message}`,
      causes: [explained.cause],
      hints,
      evidence,
    });
  }
  if (error instanceof SecretsRefusedError) {
    return failed({
      code: 'secret.unavailable',
      errorType: 'ConfigurationFailure',
      message: error.message,
      hints: ['Check that the secret exists where the document refers to it.'],
    });
  }
  if (error instanceof UnansweredError) {
    return failed({
      code: 'delegate.control_plane_unreachable',
      errorType: 'RetryableTransientFailure',
      message: `The delegate could not ask the control plane: ${error.message}`,
    });
  }
  return failed({
    code: 'delegate.task_broken',
    errorType: 'Unknown',
    message: `The delegate failed at this task: ${error instanceof Error ? error.message : String(error)}`,
    hints: ["This is a fault of Slipway: look at the delegate's log and report it."],
  });
}

/** A task that was stopped because of the delegate, not of the user. */
export function endingOfLoss(kind: TaskKind, reason: string): Ending {
  if (taskKinds[kind].repeatable) return { kind: 'released', reason };
  return failed({
    code: 'delegate.restarted',
    errorType: 'DelegateRestart',
    message: `${reason} What it runs is never run a second time by itself.`,
    hints: ['Run the step again when it is safe to, or give it a failure strategy for DelegateRestart.'],
  });
}

/** An outcome the protocol does not allow would be refused and lost; one that is too large would end each connection it is sent over. */
export function checkedOutcome(outcome: TaskOutcome): TaskOutcome {
  const parsed = TaskOutcomeSchema.safeParse(outcome);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    return brokenOutcome('delegate.outcome_invalid', `The task's outcome is not valid: ${where}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data));
  if (bytes < largestMessageBytes - ENVELOPE_BYTES) return parsed.data;
  return brokenOutcome(
    'delegate.outcome_too_large',
    `The task's outcome holds ${bytes} bytes, more than a message may.`,
  );
}

const ENVELOPE_BYTES = 4096;

function brokenOutcome(code: string, message: string): TaskOutcome {
  return {
    kind: 'failed',
    failure: { code, errorType: 'Unknown', message, causes: [], evidence: [], hints: [] },
  };
}
