import { taskKinds, scopeKey } from '@slipway/contracts';
import type { Progress, TaskAttempt, TaskKind, TaskOutcome } from '@slipway/contracts';
import type { Prisma, Tx } from '../../platform/database.ts';
import type { NewTask, TaskStatus } from './task-types.ts';

export interface TaskRow {
  readonly id: string;
  readonly executionId: string | null;
  readonly node: string | null;
  readonly kind: TaskKind;
  readonly payload: unknown;
  readonly repeatable: boolean;
  readonly scopeKey: string;
  readonly selectors: string[];
  readonly preferKey: string | null;
  readonly status: TaskStatus;
  readonly attempt: number;
  /** Row id of the delegate's instance. */
  readonly instanceId: string | null;
  readonly leaseUntil: Date | null;
  readonly deadlineAt: Date | null;
  readonly cancelReason: string | null;
  readonly progressSeq: number;
  readonly outcome: unknown;
  readonly ineligible: unknown;
  readonly offeredAt: Date | null;
  readonly createdAt: Date;
}

/** False when there is a task of this id already. */
export async function insertTask(tx: Tx, task: NewTask): Promise<boolean> {
  const { count } = await tx.task.createMany({
    skipDuplicates: true,
    data: [
      {
        id: task.id,
        kind: task.spec.kind,
        payload: task.spec.payload,
        repeatable: taskKinds[task.spec.kind].repeatable,
        scopeKey: scopeKey(task.scope),
        selectors: [...task.selectors],
        status: 'queued',
        preferKey: task.preferKey ?? null,
        deadlineAt: task.deadlineAt ?? null,
        executionId: task.executionId ?? null,
        node: task.node ?? null,
      },
    ],
  });
  return count === 1;
}

/** Reads a task and keeps others from changing it until the transaction ends. */
export async function lockTask(tx: Tx, id: string): Promise<TaskRow | null> {
  const [locked] = await tx.$queryRaw<
    { id: string }[]
  >`select id from task where id = ${id}::uuid for update`;
  // Rows are written by this file alone, with the words of its types.
  return locked === undefined ? null : ((await tx.task.findUnique({ where: { id } })) as TaskRow | null);
}

export async function findTask(tx: Tx, id: string): Promise<TaskRow | null> {
  return (await tx.task.findUnique({ where: { id } })) as TaskRow | null;
}

export async function heldTasks(tx: Tx, instanceId: string): Promise<TaskRow[]> {
  const rows = await tx.task.findMany({ where: { instanceId, status: { in: ['offered', 'running'] } } });
  return rows as unknown as TaskRow[];
}

export async function updateTask(tx: Tx, id: string, data: Prisma.TaskUncheckedUpdateInput): Promise<void> {
  await tx.task.update({ where: { id }, data });
}

/**
 * Ids of tasks to offer: queued ones, and offers that nobody claimed. First those that some connected delegate may have room for, the
 * oldest first; then a few of the others, picked at random so that none is forgotten, whose reasons may have changed.
 */
export async function unclaimedTasks(
  tx: Tx,
  times: { offeredBefore: Date; silentSince: Date },
  limits: { offerable: number; others: number },
): Promise<string[]> {
  // Raw: whether anybody fits is asked in the same statement, or hopeless tasks would stand in the way of the others.
  const rows = await tx.$queryRaw<{ id: string }[]>`
    with unclaimed as (
      select t.id, t."createdAt", exists (
        select 1 from delegate d join delegate_instance i on i."delegateId" = d.id
         where (d."scopeKey" in ('account', t."scopeKey") or t."scopeKey" like 'project/' || substring(d."scopeKey" from 5) || '/%' and d."scopeKey" like 'org/%')
           and d.tags @> t.selectors and i.connected and i."lastHeartbeatAt" > ${times.silentSince} and not i.draining
           and t.kind = any(i.capabilities)
      ) as offerable
        from task t
       where t.status = 'queued' or (t.status = 'offered' and t."offeredAt" < ${times.offeredBefore})
    )
    (select id from unclaimed where offerable order by "createdAt", id limit ${limits.offerable})
    union all
    (select id from unclaimed where not offerable order by random() limit ${limits.others})`;
  return rows.map(({ id }) => id);
}

/** One of the tasks whose lease ended long enough ago, not being looked at by another process. */
export async function lockLapsedTask(tx: Tx, leaseBefore: Date): Promise<TaskRow | null> {
  const [found] = await tx.$queryRaw<{ id: string }[]>`
    select id from task where status = 'running' and "leaseUntil" < ${leaseBefore} order by "leaseUntil" limit 1 for update skip locked`;
  return found === undefined ? null : findTask(tx, found.id);
}

/** Those of the attempts that this instance still holds. */
export async function renewLeases(
  tx: Tx,
  instanceId: string,
  attempts: readonly TaskAttempt[],
  leaseUntil: Date,
): Promise<TaskAttempt[]> {
  if (attempts.length === 0) return [];
  const ids = attempts.map(({ taskId }) => taskId);
  const numbers = attempts.map(({ attempt }) => attempt);
  return tx.$queryRaw<TaskAttempt[]>`
    update task set "leaseUntil" = ${leaseUntil}
      from unnest(${ids}::uuid[], ${numbers}::int[]) as held(id, attempt)
     where task.id = held.id and task.attempt = held.attempt and task."instanceId" = ${instanceId} and task.status = 'running'
    returning task.id as "taskId", task.attempt`;
}

/** True when the progress was newer than what is stored. */
export async function storeProgress(
  tx: Tx,
  instanceId: string,
  { taskId, attempt }: TaskAttempt,
  seq: number,
  progress: Progress,
): Promise<boolean> {
  const { count } = await tx.task.updateMany({
    where: { id: taskId, attempt, instanceId, status: 'running', progressSeq: { lt: seq } },
    data: { progress: progress, progressSeq: seq },
  });
  return count === 1;
}

export function outcomeJson(outcome: TaskOutcome | Record<string, unknown>): Prisma.InputJsonValue {
  return outcome as unknown as Prisma.InputJsonValue;
}

/** Tasks of no execution are of no use once they are done; those of executions go with them. */
export async function deleteOldTasks(tx: Tx, finishedBefore: Date): Promise<number> {
  const { count } = await tx.task.deleteMany({
    where: { executionId: null, status: 'finished', finishedAt: { lt: finishedBefore } },
  });
  return count;
}
