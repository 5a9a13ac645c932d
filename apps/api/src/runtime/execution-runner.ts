import type { ExecutionEvent } from '@slipway/pipeline-core';
import { z } from 'zod';
import { readObservedFailure } from '../domains/executions/index.ts';
import { recordReleases } from '../domains/releases/index.ts';
import type { Tx } from '../platform/database.ts';
import type { Logger } from '../platform/log.ts';
import { openSession } from './execution-session.ts';

export interface ExecutionRunner {
  /**
   * Folds events into an execution within the transaction of what caused them: state, events and effects are written together.
   * Events that do not fit any more are left out. Take rows in this order, or two transactions wait for each other: task, execution.
   */
  apply(tx: Tx, executionId: string, events: readonly ExecutionEvent[]): Promise<void>;
}

export function createExecutionRunner(log: Logger): ExecutionRunner {
  return {
    apply: async (tx, executionId, events) => {
      const session = await openSession(tx, executionId);
      if (session === null) {
        log.warn({ executionId }, 'events of an execution that does not exist');
        return;
      }
      for (const event of events) {
        const result = session.feed(await withObservations(tx, withoutResult(event)));
        if (result !== 'applied') {
          log.info({ executionId, event: event.type, reason: result.illegal }, 'an event came too late');
          continue;
        }
        if (event.type === 'task.finished' && reportsReleases(event)) {
          await recordReleases(tx, session.facts, event.node, event.taskId);
        }
      }
      await session.close();
    },
  };
}

/** Whether the delegate's outcome, of which the event carries all, says what it did to releases. */
function reportsReleases({ outcome }: Extract<ExecutionEvent, { type: 'task.finished' }>): boolean {
  const parsed = ReportSchema.safeParse(outcome);
  return parsed.success && parsed.data.result.releases.length > 0;
}

const ReportSchema = z.object({ result: z.object({ releases: z.array(z.unknown()) }) });

/** A task that was stopped says nothing of why it took so long; what it had seen does. */
async function withObservations(tx: Tx, event: ExecutionEvent): Promise<ExecutionEvent> {
  if (event.type !== 'task.finished' || event.outcome.kind !== 'cancelled') return event;
  const failure = await readObservedFailure(tx, event.taskId);
  return failure === null ? event : { ...event, outcome: { kind: 'cancelled', observed: failure } };
}

/** A delegate's outcome also says what it did to the cluster; that is the task's, and can be large. */
function withoutResult(event: ExecutionEvent): ExecutionEvent {
  if (event.type !== 'task.finished') return event;
  const { outcome } = event;
  if (outcome.kind === 'cancelled') return { ...event, outcome: { kind: 'cancelled' } };
  const outputs = outcome.outputs === undefined ? {} : { outputs: outcome.outputs };
  if (outcome.kind === 'failed')
    return { ...event, outcome: { kind: 'failed', failure: outcome.failure, ...outputs } };
  const secretOutputs = outcome.secretOutputs === undefined ? {} : { secretOutputs: outcome.secretOutputs };
  return { ...event, outcome: { kind: 'succeeded', outputs: outcome.outputs, ...secretOutputs } };
}
