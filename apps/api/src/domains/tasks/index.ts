import type { Notifications } from '../../platform/notifications.ts';
import { createTaskRun } from './run-task.ts';
import { createTaskOperations } from './task-operations.ts';
import type { TaskDeps } from './task-lifecycle.ts';

export { TaskMessageSchema, tasksChannel, tellGateways } from './task-messages.ts';
export type { TaskMessage } from './task-messages.ts';
export type { Notes } from './resync.ts';
export { malformedOutcome } from './task-endings.ts';
export type { Speaker } from './task-holding.ts';
export type { Offering } from './task-offering.ts';
export type { TaskOperations } from './task-operations.ts';
export type { TaskRow } from './task-store.ts';
export type { NewTask, RunTaskRequest, TaskRun } from './task-types.ts';

export type Tasks = ReturnType<typeof createTasks>;

/** Pieces of work for delegates: the queue, its leases, and waiting for one. */
export function createTasks(deps: TaskDeps) {
  const operations = createTaskOperations(deps);
  return {
    ...operations,
    /** `run` needs the process' listening connection, which workers do not have. */
    runner: (notifications: Notifications) =>
      createTaskRun({ database: deps.database, notifications, tasks: operations, now: deps.now }),
  };
}
