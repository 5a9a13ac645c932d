import type { TaskAttempt } from '@slipway/contracts';
import { scopeFromKey } from '../../platform/access.ts';
import type { Database, Prisma, Tx } from '../../platform/database.ts';
import { readCandidates, readPreferredDelegate, selectDelegates, silentAfterMs } from '../delegates/index.ts';
import type { DelegateVerdict, InstanceCandidate } from '../delegates/index.ts';
import { announceTask } from './task-lifecycle.ts';
import { lockTask, unclaimedTasks, updateTask } from './task-store.ts';
import type { TaskRow } from './task-store.ts';

/** Nobody may be waiting longer for an answer to an offer. */
export const offerMs = 5000;
const mostAtOnce = { offerable: 200, others: 20 } as const;

export interface Offering {
  readonly instance: InstanceCandidate;
  readonly offer: TaskAttempt & { kind: TaskRow['kind'] };
}

/** Decides who is offered a task. */
export function createTaskOffering({ database, now }: { database: Database; now: () => Date }) {
  const at = (): number => now().getTime();
  return {
    unclaimed: (): Promise<string[]> => {
      const times = { offeredBefore: new Date(at() - offerMs), silentSince: new Date(at() - silentAfterMs) };
      return database.transaction((tx) => unclaimedTasks(tx, times, mostAtOnce));
    },

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

function isUnclaimed(task: TaskRow, at: number): boolean {
  if (task.status === 'queued') return true;
  return task.status === 'offered' && task.offeredAt !== null && task.offeredAt.getTime() < at - offerMs;
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
