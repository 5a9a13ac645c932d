import { writeTimeoutMs } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import { createTaskHolding } from './task-holding.ts';
import { createTaskLifecycle } from './task-lifecycle.ts';
import type { TaskDeps } from './task-lifecycle.ts';
import { tellGateways } from './task-messages.ts';
import { createTaskOffering } from './task-offering.ts';
import { cancelledOutcome } from './task-endings.ts';
import { deleteOldTasks, insertTask, lockLapsedTask, lockTask, updateTask } from './task-store.ts';
import type { NewTask } from './task-types.ts';

const KEEP_FINISHED_MS = 24 * 3_600_000;

export type TaskOperations = ReturnType<typeof createTaskOperations>;

export function createTaskOperations(deps: TaskDeps) {
  const { database, now } = deps;
  const at = (): number => now().getTime();
  const lifecycle = createTaskLifecycle(deps);
  const { finish, takeBack } = lifecycle;

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
    ...createTaskHolding(deps, lifecycle),
    ...createTaskOffering(deps),
    create,
    cancel,

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
  };
}
