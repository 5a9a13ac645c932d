import type { Offer } from '@slipway/contracts';
import type { Tasks } from '../domains/tasks/index.ts';
import type { Logger } from '../platform/log.ts';

/** Offers tasks to the delegates whose sockets this process holds. */
export interface Offers {
  one(taskId: string): Promise<void>;
  all(): Promise<void>;
  /** All, but several wishes within a moment are one. */
  soon(): void;
  close(): Promise<void>;
}

const TOGETHER_MS = 20;

export function createOffers(parts: {
  tasks: Tasks;
  gatewayId: string;
  log: Logger;
  emit: (instanceId: string, offer: Offer) => void;
}): Offers {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const one = async (taskId: string): Promise<void> => {
    if (closed) return;
    try {
      const offering = await parts.tasks.offer(taskId, parts.gatewayId);
      if (offering !== null) parts.emit(offering.instance.id, offering.offer);
    } catch (error) {
      // The sweep comes by again.
      if (!closed) parts.log.warn({ err: error, taskId }, 'a task could not be offered');
    }
  };
  const pass = async (): Promise<void> => {
    for (const taskId of await parts.tasks.unclaimed()) await one(taskId);
  };
  const all = async (): Promise<void> => {
    if (closed) return;
    running ??= pass().finally(() => {
      running = undefined;
    });
    await running.catch((error: unknown) => {
      if (!closed) parts.log.warn({ err: error }, 'queued tasks could not be read');
    });
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      // A pass that is under way may have read the queue before the change that was told.
      void (running ?? Promise.resolve()).catch(() => {}).then(all);
    }, TOGETHER_MS);
  };
  return {
    one,
    all,
    soon,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running?.catch(() => {});
    },
  };
}
