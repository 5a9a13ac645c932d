import { z } from 'zod';
import type { Tx } from '../../platform/database.ts';

/** Channel that wakes the gateways; one message for each change that some process must act on. */
export const tasksChannel = 'slipway_tasks';
/** Channel that wakes whoever waits for one task; the payload is its id. */
export const taskFinishedChannel = 'slipway_task_finished';

/** `offer`: one task, or all that are queued (room became free). `cancel`: whoever holds it. The others: sockets to hang up on. */
export const TaskMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('offer'), taskId: z.string().optional() }),
  z.object({
    type: z.literal('cancel'),
    taskId: z.string(),
    attempt: z.int(),
    instanceId: z.string(),
    reason: z.string(),
  }),
  z.object({
    type: z.literal('connected'),
    instanceId: z.string(),
    bootId: z.string(),
    gatewayId: z.string(),
  }),
  z.object({ type: z.literal('token-revoked'), tokenId: z.string(), name: z.string() }),
]);
export type TaskMessage = z.infer<typeof TaskMessageSchema>;

/** Told when and only when the transaction commits. */
export async function tellGateways(tx: Tx, message: TaskMessage): Promise<void> {
  await tx.$executeRaw`select pg_notify(${tasksChannel}, ${JSON.stringify(message)})`;
}

export async function tellWaiters(tx: Tx, taskId: string): Promise<void> {
  await tx.$executeRaw`select pg_notify(${taskFinishedChannel}, ${taskId})`;
}
