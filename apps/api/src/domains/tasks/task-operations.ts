import { leaseMs, writeTimeoutMs } from '@slipway/contracts';
import type {
  DelegateAnswer,
  DelegateRequest,
  Progress,
  TaskAttempt,
  TaskOutcome,
  TaskSpec,
} from '@slipway/contracts';
import type { ExecutionEvent } from '@slipway/pipeline-core';
import { scopeFromKey } from '../../platform/access.ts';
import type { Database, Prisma, Tx } from '../../platform/database.ts';
import { announce } from '../../platform/live.ts';
import type { Keyring } from '../../platform/sealing.ts';
import { readCandidates, readPreferredDelegate, selectDelegates } from '../delegates/index.ts';
import type { DelegateVerdict, InstanceCandidate } from '../delegates/index.ts';
import { compareNotes } from './resync.ts';
import type { Notes } from './resync.ts';
import { openOutput, readOutputHandle, sealOutputs } from './secret-outputs.ts';
import { cancelledOutcome, lostOutcome } from './task-endings.ts';
import { tellGateways, tellWaiters } from './task-messages.ts';
import {
  deleteOldTasks,
  findTask,
  heldTasks,
  insertTask,
  lockLapsedTask,
  lockTask,
  outcomeJson,
  renewLeases,
  storeProgress,
  unclaimedTasks,
  updateTask,
} from './task-store.ts';
import type { TaskRow } from './task-store.ts';
import type { NewTask } from './task-types.ts';

/** Nobody may be waiting longer for an answer to an offer. */
export const offerMs = 5000;
const KEEP_FINISHED_MS = 24 * 3_600_000;
const MOST_OFFERS_AT_ONCE = 200;

/** The instance that speaks, as the gateway knows it. */
export interface Speaker {
  /** Row id. */
  readonly id: string;
  readonly instanceId: string;
  readonly delegateId: string;
  readonly delegateName: string;
}

export interface TaskDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  /** Folds events into the task's execution, in the transaction. */
  readonly runner: { apply(tx: Tx, executionId: string, events: readonly ExecutionEvent[]): Promise<void> };
  /** The value of a stored secret; null when it is gone. */
  readonly openSecret: (tx: Tx, handle: string) => Promise<string | null>;
  readonly now: () => Date;
}

export function createTaskOperations(deps: TaskDeps) {
  const { database, now } = deps;
  const at = (): number => now().getTime();

  const tellExecution = async (tx: Tx, task: TaskRow, event: ExecutionEvent): Promise<void> => {
    if (task.executionId !== null) await deps.runner.apply(tx, task.executionId, [event]);
  };

  const finish = async (tx: Tx, task: TaskRow, outcome: TaskOutcome): Promise<void> => {
    const stored = sealOutputs(deps.keyring, task.id, outcome);
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

  /** A running task whose process is gone, or may write no more. */
  const takeBack = async (
    tx: Tx,
    task: TaskRow,
    how: { neverBegan: boolean; delegate?: string },
  ): Promise<void> => {
    if (task.cancelReason !== null) return finish(tx, task, cancelledOutcome);
    if (!task.repeatable && !how.neverBegan) return finish(tx, task, lostOutcome(how.delegate));
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

  const holds = (task: TaskRow | null, speaker: Speaker, { attempt }: TaskAttempt): task is TaskRow =>
    task !== null && task.attempt === attempt && task.instanceId === speaker.id;

  const create = async (tx: Tx, task: NewTask): Promise<void> => {
    if (await insertTask(tx, task)) await tellGateways(tx, { type: 'offer', taskId: task.id });
  };

  const cancel = async (tx: Tx, taskId: string, reason: string): Promise<void> => {
    const task = await lockTask(tx, taskId);
    if (task === null || task.status === 'finished') return;
    if (task.status !== 'running') return finish(tx, { ...task, instanceId: null }, cancelledOutcome);
    await updateTask(tx, taskId, { cancelReason: reason });
    await tellGateways(tx, {
      type: 'cancel',
      taskId,
      attempt: task.attempt,
      instanceId: task.instanceId ?? '',
      reason,
    });
  };

  return {
    create,
    cancel,

    claim: (speaker: Speaker, attempt: TaskAttempt): Promise<DelegateAnswer<'task.claim'>> =>
      database.transaction(async (tx) => {
        const task = await lockTask(tx, attempt.taskId);
        if (task === null || task.status === 'finished') return { granted: false, reason: 'gone' };
        if (!holds(task, speaker, attempt) || task.status !== 'offered')
          return { granted: false, reason: 'taken' };
        const begun = now();
        await updateTask(tx, task.id, {
          status: 'running',
          startedAt: begun,
          leaseUntil: new Date(begun.getTime() + leaseMs),
        });
        if (task.preferKey !== null) await prefer(tx, task.preferKey, speaker.delegateId, begun);
        if (task.node !== null) {
          const { delegateName: delegate, instanceId: instance } = speaker;
          await tellExecution(tx, task, {
            type: 'task.started',
            at: begun.getTime(),
            node: task.node,
            taskId: task.id,
            delegate,
            instance,
          });
        }
        // Payloads are written by `insertTask` from a TaskSpec of this very kind.
        const spec = { kind: task.kind, payload: task.payload } as TaskSpec;
        const deadlineMs =
          task.deadlineAt === null ? undefined : Math.max(0, task.deadlineAt.getTime() - begun.getTime());
        return { granted: true, task: spec, leaseMs, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
      }),

    renew: (speaker: Speaker, attempts: readonly TaskAttempt[]): Promise<TaskAttempt[]> =>
      database.transaction((tx) => renewLeases(tx, speaker.id, attempts, new Date(at() + leaseMs))),

    finished: (
      speaker: Speaker,
      attempt: TaskAttempt,
      outcome: TaskOutcome,
    ): Promise<'recorded' | 'ignored'> =>
      database.transaction(async (tx) => {
        const task = await lockTask(tx, attempt.taskId);
        if (!holds(task, speaker, attempt) || task.status !== 'running') return 'ignored';
        await finish(tx, task, outcome);
        return 'recorded';
      }),

    /** False when the speaker does not hold the task, or may not give it back. */
    release: (speaker: Speaker, attempt: TaskAttempt): Promise<boolean> =>
      database.transaction(async (tx) => {
        const task = await lockTask(tx, attempt.taskId);
        if (!holds(task, speaker, attempt) || task.status !== 'running' || !task.repeatable) return false;
        await takeBack(tx, task, { neverBegan: false, delegate: speaker.delegateName });
        return true;
      }),

    progress: (
      speaker: Speaker,
      { taskId, attempt, seq, progress }: DelegateRequest<'task.progress'>,
    ): Promise<void> =>
      database.transaction(async (tx) => {
        if (!(await storeProgress(tx, speaker.id, { taskId, attempt }, seq, progress satisfies Progress)))
          return;
        await announceTask(tx, taskId);
      }),

    /** The values of secrets for the holder of a task that names them; `missing` names those it may not have or that are gone. */
    secrets: (
      speaker: Speaker,
      attempt: TaskAttempt,
      names: readonly string[],
    ): Promise<SecretValues | 'not-holder'> =>
      database.transaction(async (tx) => {
        const task = await findTask(tx, attempt.taskId);
        if (!holds(task, speaker, attempt) || task.status !== 'running') return 'not-holder';
        const allowed = secretsNamedIn(task.payload);
        const values: Record<string, string> = {};
        const missing: string[] = [];
        for (const name of names) {
          const value = allowed.has(name) ? await openHandle(tx, deps, task, name) : null;
          if (value === null) missing.push(name);
          else values[name] = value;
        }
        return { values, missing };
      }),

    /** Whether this instance wrote, or writes, the logs of the attempt; the task's execution and node to put them under. */
    logTarget: async (tx: Tx, speaker: Speaker, attempt: TaskAttempt): Promise<TaskRow | null> => {
      const task = await findTask(tx, attempt.taskId);
      return holds(task, speaker, attempt) && (task.status === 'running' || task.status === 'finished')
        ? task
        : null;
    },

    /** Sorts what a delegate brings along at its hello, in the transaction that registers it. */
    resync: async (
      tx: Tx,
      speaker: Speaker,
      hello: { running: TaskAttempt[]; finished: TaskAttempt[] },
      sameBoot: boolean,
    ): Promise<Notes> => {
      const notes = compareNotes(await heldTasks(tx, speaker.id), hello, sameBoot);
      await renewLeases(tx, speaker.id, [...notes.continue, ...notes.send], new Date(at() + leaseMs));
      for (const { id, neverBegan } of notes.takeBack) {
        const task = await lockTask(tx, id);
        if (task?.status === 'running' && task.instanceId === speaker.id)
          await takeBack(tx, task, { neverBegan, delegate: speaker.delegateName });
      }
      for (const id of notes.requeue) {
        const task = await lockTask(tx, id);
        if (task?.status === 'offered' && task.instanceId === speaker.id)
          await updateTask(tx, id, { status: 'queued', instanceId: null });
      }
      return notes;
    },

    /** Tells the other replicas that the instance has a new socket: theirs is stale. */
    tellConnected: (
      tx: Tx,
      about: { instanceId: string; bootId: string; gatewayId: string },
    ): Promise<void> => tellGateways(tx, { type: 'connected', ...about }),

    /** Takes back tasks whose lease and one write have passed; answers how many. */
    takeBackLapsed: async (): Promise<number> => {
      for (let count = 0; ; count += 1) {
        const found = await database.transaction(async (tx) => {
          const task = await lockLapsedTask(tx, new Date(at() - writeTimeoutMs));
          if (task !== null) await takeBack(tx, task, { neverBegan: false });
          return task !== null;
        });
        if (!found) return count;
      }
    },

    removeOld: (): Promise<number> =>
      database.transaction((tx) => deleteOldTasks(tx, new Date(at() - KEEP_FINISHED_MS))),

    unclaimed: (): Promise<string[]> =>
      database.transaction((tx) => unclaimedTasks(tx, new Date(at() - offerMs), MOST_OFFERS_AT_ONCE)),

    /**
     * Offers a task if the best instance's socket is held by this gateway; otherwise leaves it to the one that does. When nobody fits, it
     * writes down why. Answers with whom to offer it to.
     */
    offer: (taskId: string, gatewayId: string): Promise<Offering | null> =>
      database.transaction(async (tx) => {
        const task = await lockTask(tx, taskId);
        if (task === null || !isUnclaimed(task, at())) return null;
        const scope = scopeFromKey(task.scopeKey);
        const question = {
          kind: task.kind,
          selectors: task.selectors,
          preferredDelegateId: await readPreferredDelegate(tx, task.preferKey),
          unresponsive: task.status === 'offered' ? (task.instanceId ?? undefined) : undefined,
        };
        const { ranked } = selectDelegates(await readCandidates(tx, scope, now(), task.selectors), question);
        const [best] = ranked;
        if (best === undefined) {
          const { verdicts } = selectDelegates(await readCandidates(tx, scope, now()), question);
          await noteIneligible(tx, task, verdicts);
          return null;
        }
        // Its own gateway offers it; but that one may have been killed with its rows left behind.
        const chosen =
          at() - task.createdAt.getTime() < offerMs
            ? best
            : ranked.find((one) => one.gatewayId === gatewayId);
        if (chosen?.gatewayId !== gatewayId) return null;
        await updateTask(tx, taskId, {
          status: 'offered',
          instanceId: chosen.id,
          offeredAt: now(),
          ...(task.ineligible === null ? {} : { ineligible: [] }),
        });
        return { instance: chosen, offer: { taskId, attempt: task.attempt, kind: task.kind } };
      }),
  };
}

export type TaskOperations = ReturnType<typeof createTaskOperations>;

export interface Offering {
  readonly instance: InstanceCandidate;
  readonly offer: TaskAttempt & { kind: TaskRow['kind'] };
}

export interface SecretValues {
  readonly values: Record<string, string>;
  readonly missing: string[];
}

function isUnclaimed(task: TaskRow, at: number): boolean {
  if (task.status === 'queued') return true;
  return task.status === 'offered' && task.offeredAt !== null && task.offeredAt.getTime() < at - offerMs;
}

async function prefer(tx: Tx, preferKey: string, delegateId: string, at: Date): Promise<void> {
  await tx.delegatePreference.upsert({
    where: { preferKey },
    create: { preferKey, delegateId, at },
    update: { delegateId, at },
  });
}

/** Written only when it says something new: the sweep comes by every two seconds. */
async function noteIneligible(tx: Tx, task: TaskRow, verdicts: readonly DelegateVerdict[]): Promise<void> {
  const former = Array.isArray(task.ineligible) ? JSON.stringify(task.ineligible.map(sortedKeys)) : undefined;
  if (former === JSON.stringify(verdicts.map(sortedKeys)) && task.status === 'queued') return;
  await updateTask(tx, task.id, {
    status: 'queued',
    instanceId: null,
    ineligible: verdicts as unknown as Prisma.InputJsonValue,
  });
  await announceTask(tx, task.id);
}

/** Postgres keeps the members of JSON in an order of its own. */
function sortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([left], [right]) => left.localeCompare(right)),
  );
}

/** Tells browsers that the task's execution shows something new. */
async function announceTask(tx: Tx, taskId: string): Promise<void> {
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

async function openHandle(tx: Tx, deps: TaskDeps, task: TaskRow, name: string): Promise<string | null> {
  const output = readOutputHandle(name);
  if (output === null) return deps.openSecret(tx, name);
  const source = await findTask(tx, output.taskId);
  // Outputs are an execution's own: a handle of another one is nobody's.
  if (source === null || source.executionId === null || source.executionId !== task.executionId) return null;
  return openOutput(deps.keyring, source.id, output.name, source.outcome);
}

/** Every `{secret: name}` in a payload: all that its holder may ask for. */
export function secretsNamedIn(payload: unknown): Set<string> {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      const name: unknown = Reflect.get(value, 'secret');
      if (typeof name === 'string') names.add(name);
      Object.values(value).forEach(visit);
    }
  };
  visit(payload);
  return names;
}
