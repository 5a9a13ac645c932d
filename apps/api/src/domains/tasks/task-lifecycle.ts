import type { TaskOutcome } from '@slipway/contracts';
import type { ExecutionEvent } from '@slipway/pipeline-core';
import { scopeFromKey } from '../../platform/access.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { announce } from '../../platform/live.ts';
import type { Keyring } from '../../platform/sealing.ts';
import { toStorable } from '../../platform/storable.ts';
import { sealOutputs } from './secret-outputs.ts';
import { cancelledOutcome, exhaustedOutcome, lostOutcome } from './task-endings.ts';
import { tellGateways, tellWaiters } from './task-messages.ts';
import { outcomeJson, updateTask } from './task-store.ts';
import type { TaskRow } from './task-store.ts';

/** A task that brings its delegates down would otherwise do so for ever. */
const mostAttempts = 20;

export interface TaskDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  /** Folds events into the task's execution, in the transaction. */
  readonly runner: { apply(tx: Tx, executionId: string, events: readonly ExecutionEvent[]): Promise<void> };
  /** The value of a stored secret; null when it is gone. */
  readonly openSecret: (tx: Tx, handle: string) => Promise<string | null>;
  readonly now: () => Date;
}

/** How tasks end, and how they come back: the two things that several parties do to them. Callers hold the row's lock. */
export interface TaskLifecycle {
  readonly tellExecution: (tx: Tx, task: TaskRow, event: ExecutionEvent) => Promise<void>;
  readonly finish: (tx: Tx, task: TaskRow, outcome: TaskOutcome) => Promise<void>;
  /** A running task whose process is gone, or may write no more. */
  readonly takeBack: (
    tx: Tx,
    task: TaskRow,
    how: { neverBegan: boolean; delegate?: string },
  ) => Promise<void>;
}

export function createTaskLifecycle(deps: TaskDeps): TaskLifecycle {
  const { now } = deps;
  const at = (): number => now().getTime();

  const tellExecution = async (tx: Tx, task: TaskRow, event: ExecutionEvent): Promise<void> => {
    if (task.executionId !== null) await deps.runner.apply(tx, task.executionId, [event]);
  };

  const finish = async (tx: Tx, task: TaskRow, outcome: TaskOutcome): Promise<void> => {
    const stored = sealOutputs(deps.keyring, task.id, toStorable(outcome));
    const row = {
      ...stored.outcome,
      ...(stored.sealedOutputs === undefined ? {} : { sealedOutputs: stored.sealedOutputs }),
    };
    await updateTask(tx, task.id, {
      status: 'finished',
      outcome: outcomeJson(row),
      finishedAt: now(),
      leaseUntil: null,
    });
    if (task.node !== null) {
      await tellExecution(tx, task, {
        type: 'task.finished',
        at: at(),
        node: task.node,
        taskId: task.id,
        outcome: stored.outcome,
      });
    }
    await tellWaiters(tx, task.id);
    // Its place is free.
    if (task.instanceId !== null) await tellGateways(tx, { type: 'offer' });
  };

  const takeBack = async (
    tx: Tx,
    task: TaskRow,
    how: { neverBegan: boolean; delegate?: string },
  ): Promise<void> => {
    if (task.cancelReason !== null) return finish(tx, task, cancelledOutcome);
    if (!task.repeatable && !how.neverBegan) return finish(tx, task, lostOutcome(how.delegate));
    if (task.attempt >= mostAttempts) return finish(tx, task, exhaustedOutcome(how.delegate, task.attempt));
    await updateTask(tx, task.id, {
      status: 'queued',
      attempt: task.attempt + 1,
      instanceId: null,
      leaseUntil: null,
      offeredAt: null,
      progressSeq: 0,
    });
    if (task.node !== null)
      await tellExecution(tx, task, { type: 'task.lost', at: at(), node: task.node, taskId: task.id });
    await tellGateways(tx, { type: 'offer', taskId: task.id });
  };

  return { tellExecution, finish, takeBack };
}

/** Tells browsers that the task's execution shows something new. */
export async function announceTask(tx: Tx, taskId: string): Promise<void> {
  const [found] = await tx.$queryRaw<{ executionId: string; version: number; scopeKey: string }[]>`
    select e.id as "executionId", e.version, e."scopeKey" from task t join execution e on e.id = t."executionId" where t.id = ${taskId}::uuid`;
  if (found === undefined) return;
  const scope = scopeFromKey(found.scopeKey);
  if (scope.level !== 'project') return;
  const { executionId, version } = found;
  await announce(
    tx,
    { kind: 'execution', org: scope.org, project: scope.project, executionId },
    { topic: 'execution', executionId, version },
  );
}
