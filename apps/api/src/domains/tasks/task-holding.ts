import { leaseMs } from '@slipway/contracts';
import type {
  DelegateAnswer,
  DelegateRequest,
  Progress,
  TaskAttempt,
  TaskOutcome,
  TaskSpec,
} from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import { toStorable } from '../../platform/storable.ts';
import { compareNotes } from './resync.ts';
import type { Notes } from './resync.ts';
import { openOutput, readOutputHandle } from './secret-outputs.ts';
import { announceTask } from './task-lifecycle.ts';
import type { TaskDeps, TaskLifecycle } from './task-lifecycle.ts';
import { findTask, heldTasks, lockTask, renewLeases, storeProgress, updateTask } from './task-store.ts';
import type { TaskRow } from './task-store.ts';

/** The instance that speaks, as the gateway knows it. */
export interface Speaker {
  /** Row id. */
  readonly id: string;
  readonly instanceId: string;
  readonly delegateId: string;
  readonly delegateName: string;
}

const holds = (task: TaskRow | null, speaker: Speaker, { attempt }: TaskAttempt): task is TaskRow =>
  task !== null && task.attempt === attempt && task.instanceId === speaker.id;

/** What the instance that holds a task, or was offered it, may do. */
export function createTaskHolding(deps: TaskDeps, { tellExecution, finish, takeBack }: TaskLifecycle) {
  const { database, now } = deps;
  const at = (): number => now().getTime();
  return {
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
        // Last: many tasks of one connector share this row.
        if (task.preferKey !== null) await prefer(tx, task.preferKey, speaker.delegateId, begun);
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
        if (!(await storeProgress(tx, speaker.id, { taskId, attempt }, seq, toStorable<Progress>(progress))))
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
  };
}

export interface SecretValues {
  readonly values: Record<string, string>;
  readonly missing: string[];
}

async function prefer(tx: Tx, preferKey: string, delegateId: string, at: Date): Promise<void> {
  await tx.delegatePreference.upsert({
    where: { preferKey },
    create: { preferKey, delegateId, at },
    update: { delegateId, at },
  });
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
