import { randomUUID } from 'node:crypto';
import { TaskOutcomeSchema } from '@slipway/contracts';
import type { TaskOutcome } from '@slipway/contracts';
import type { Database } from '../../platform/database.ts';
import type { Notifications } from '../../platform/notifications.ts';
import { readCandidates, selectDelegates } from '../delegates/index.ts';
import type { Selection } from '../delegates/index.ts';
import { taskFinishedChannel } from './task-messages.ts';
import type { TaskOperations } from './task-operations.ts';
import type { RunTaskRequest, TaskRun } from './task-types.ts';

/** How long a delegate may take to begin with a task that a person waits for. */
const BEGIN_MS = 5000;
/** A lost notification must not make anybody wait longer. */
const LOOK_AGAIN_MS = 1000;

export interface RunTaskParts {
  readonly database: Database;
  readonly notifications: Notifications;
  readonly tasks: Pick<TaskOperations, 'create' | 'cancel'>;
  readonly now: () => Date;
}

/** Gives a task to a delegate and waits for its end: for connection tests and checks, which belong to no execution. */
export function createTaskRun(parts: RunTaskParts): (request: RunTaskRequest) => Promise<TaskRun> {
  const { database, tasks } = parts;
  const explain = async ({ spec, scope, selectors }: RunTaskRequest): Promise<Selection> => {
    const candidates = await database.transaction((tx) => readCandidates(tx, scope, parts.now()));
    return selectDelegates(candidates, { kind: spec.kind, selectors });
  };

  return async (request) => {
    const selection = await explain(request);
    // Nobody has the tags, connected or not: waiting would help nobody.
    if (!selection.conceivable) return { kind: 'no-delegate', verdicts: selection.verdicts };
    const id = randomUUID();
    const wake = createAlarm();
    const stop = parts.notifications.onNotify(taskFinishedChannel, (payload) => {
      if (payload === id) wake.ring();
    });
    try {
      const { spec, scope, selectors } = request;
      const started = Date.now();
      const deadlineAt = new Date(parts.now().getTime() + request.timeoutMs + BEGIN_MS);
      await database.transaction((tx) => tasks.create(tx, { id, spec, scope, selectors, deadlineAt }));
      for (;;) {
        const seen = await look(database, id);
        if (seen.outcome !== undefined)
          return { kind: 'finished', outcome: seen.outcome, delegate: seen.delegate };
        const waitedMs = Date.now() - started;
        const notBegun = !seen.begun && waitedMs >= BEGIN_MS;
        if (notBegun || waitedMs >= request.timeoutMs) {
          await database.transaction((tx) => tasks.cancel(tx, id, 'Nobody waits for it any more.'));
          return notBegun
            ? { kind: 'no-delegate', verdicts: (await explain(request)).verdicts }
            : { kind: 'timed-out', afterMs: waitedMs };
        }
        await wake.wait(LOOK_AGAIN_MS);
      }
    } finally {
      stop();
    }
  };
}

interface Seen {
  readonly begun: boolean;
  readonly outcome?: TaskOutcome;
  readonly delegate: { readonly name: string; readonly instance: string };
}

async function look({ prisma }: Database, id: string): Promise<Seen> {
  const [row] = await prisma.$queryRaw<
    { status: string; outcome: unknown; name: string | null; instance: string | null }[]
  >`
    select t.status, t.outcome, d.name, i."instanceId" as instance
      from task t left join delegate_instance i on i.id::text = t."instanceId" left join delegate d on d.id = i."delegateId"
     where t.id = ${id}::uuid`;
  const delegate = { name: row?.name ?? '', instance: row?.instance ?? '' };
  if (row?.status === 'finished')
    return { begun: true, outcome: TaskOutcomeSchema.parse(row.outcome), delegate };
  return { begun: row?.status === 'running', delegate };
}

function createAlarm(): { ring(): void; wait(atMostMs: number): Promise<void> } {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rung = true;
      wake?.();
    },
    wait: async (atMostMs) => {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, atMostMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
