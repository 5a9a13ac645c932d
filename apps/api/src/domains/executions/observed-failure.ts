import type { Cause, Failure } from '@slipway/contracts';
import { ProgressSchema } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import { DelegateReasonsSchema } from './execution-record.ts';

/** What was known of a task that was stopped: the causes it had seen, or why no delegate ever took it. */
export async function readObservedFailure(tx: Tx, taskId: string): Promise<Failure | null> {
  const task = await tx.task.findUnique({
    where: { id: taskId },
    select: { progress: true, ineligible: true, startedAt: true },
  });
  if (task === null) return null;
  const progress = ProgressSchema.safeParse(task.progress);
  if (progress.success && progress.data.causes.length > 0) return observed(progress.data.causes);
  const reasons = DelegateReasonsSchema.safeParse(task.ineligible);
  if (task.startedAt !== null || !reasons.success) return null;
  const refused = reasons.data.filter(({ eligible }) => !eligible);
  return observed([noDelegate(refused)]);
}

function observed(causes: readonly Cause[]): Failure {
  return {
    code: causes[0]?.code ?? 'task.cancelled',
    errorType: 'Unknown',
    message: causes[0]?.title ?? 'The task was stopped.',
    causes: [...causes],
    evidence: causes.flatMap(({ evidence }) => evidence),
    hints: causes.flatMap(({ hints }) => hints),
  };
}

interface Refused {
  readonly delegate: string;
  readonly reason: string;
  readonly remedy?: string | undefined;
}

function noDelegate(refused: readonly Refused[]): Cause {
  const remedies = refused.flatMap(({ remedy }) => remedy ?? []);
  return {
    code: 'delegate.none_eligible',
    severity: 'fatal',
    title: refused.length === 0 ? 'No delegate is connected' : 'No delegate could take the step',
    message:
      refused.length === 0
        ? 'There is no delegate in this scope.'
        : refused.map(({ delegate, reason }) => `${delegate}: ${reason}`).join(' '),
    evidence: [],
    hints:
      remedies.length === 0 ? ['Install a delegate, or start the one there is.'] : [...new Set(remedies)],
  };
}
