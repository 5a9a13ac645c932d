import { leaseMs } from '@slipway/contracts';
import type { LogEntry, TaskAttempt } from '@slipway/contracts';
import type { LogWriter } from '../domains/logs/index.ts';
import type { Speaker, TaskRow, Tasks } from '../domains/tasks/index.ts';
import { scopeFromKey } from '../platform/access.ts';
import type { Database, Tx } from '../platform/database.ts';
import { NotAllowedNowError } from './answer.ts';
import type { MessageHandlers } from './answer.ts';

/** Where the log entries of executions go; answers up to which number they are stored. */
export interface LogStore {
  readonly append: (
    tx: Tx,
    writer: LogWriter,
    entries: readonly LogEntry[],
    firstSeq: number,
  ) => Promise<number>;
}

export interface HandlerParts {
  readonly database: Database;
  readonly tasks: Tasks;
  readonly logs: LogStore;
  /** Notes that the instance is alive; written in bulk. */
  readonly beat: (draining: boolean) => void;
}

/** What a welcomed delegate may ask, as one instance. */
export function createHandlers(parts: HandlerParts, speaker: Speaker): MessageHandlers {
  const { tasks } = parts;
  return {
    'task.claim': (attempt) => tasks.claim(speaker, attempt),
    heartbeat: async ({ running, draining }) => {
      parts.beat(draining);
      return { renewed: running.length === 0 ? [] : await tasks.renew(speaker, running), leaseMs };
    },
    'task.progress': async (message) => {
      await tasks.progress(speaker, message);
      return { ok: true };
    },
    'task.logs': async ({ firstSeq, entries, ...attempt }) => ({
      storedSeq: await storeLogs(parts, speaker, attempt, entries, firstSeq),
    }),
    'task.outcome': async ({ outcome, ...attempt }) => ({
      status: await tasks.finished(speaker, attempt, outcome),
    }),
    'task.release': async (attempt) => {
      if (!(await tasks.release(speaker, attempt)))
        throw new NotAllowedNowError('The task is not held, or may not be given to others.');
      return { ok: true };
    },
    'secrets.resolve': async ({ secrets, ...attempt }) => {
      const answer = await tasks.secrets(speaker, attempt, secrets);
      if (answer === 'not-holder')
        throw new NotAllowedNowError('Secrets are given to the holder of the task alone.');
      const { values, missing } = answer;
      if (missing.length === 0) return { ok: true, values };
      const names = missing.map((name) => name.slice(name.lastIndexOf(':') + 1)).join(', ');
      return {
        ok: false,
        missing,
        message: `These secrets do not exist, or the task does not name them: ${names}.`,
      };
    },
  };
}

async function storeLogs(
  { database, tasks, logs }: HandlerParts,
  speaker: Speaker,
  attempt: TaskAttempt,
  entries: readonly LogEntry[],
  firstSeq: number,
): Promise<number> {
  return database.transaction(async (tx) => {
    const task = await tasks.logTarget(tx, speaker, attempt);
    if (task === null) throw new NotAllowedNowError('Another instance holds the task.');
    // A connection test has no page of its own that could show a log.
    if (!belongsToNode(task)) return firstSeq + entries.length - 1;
    const { id, executionId, node } = task;
    const writer = {
      taskId: id,
      attempt: attempt.attempt,
      executionId,
      node,
      scope: scopeFromKey(task.scopeKey),
    };
    return logs.append(tx, writer, entries, firstSeq);
  });
}

function belongsToNode(task: TaskRow): task is TaskRow & { executionId: string; node: string } {
  return task.executionId !== null && task.node !== null;
}
