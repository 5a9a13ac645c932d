import type { Registration } from '../domains/delegates/index.ts';
import type { Tasks } from '../domains/tasks/index.ts';
import type { Logger } from '../platform/log.ts';

const SWEEP_MS = 2000;
const RARE_SWEEP_MS = 10 * 60_000;

/** The safety net below notifications: leases that ended, offers nobody claimed, delegates that went silent, rows nobody needs. */
export function createSweeps(parts: {
  tasks: Tasks;
  registration: Registration;
  log: Logger;
  offerAll: () => Promise<void>;
  writeBeats: () => Promise<void>;
}): { close(): Promise<void> } {
  const { tasks, registration, log } = parts;
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  let rareAt = 0;

  const sweep = async (): Promise<void> => {
    await parts.writeBeats();
    await registration.markSilent();
    const lost = await tasks.takeBackLapsed();
    if (lost > 0) log.warn({ tasks: lost }, 'tasks were taken back: their leases had ended');
    await parts.offerAll();
    if (Date.now() < rareAt) return;
    rareAt = Date.now() + RARE_SWEEP_MS;
    await tasks.removeOld();
  };
  const timer = setInterval(() => {
    running = running.then(sweep).catch((error: unknown) => {
      if (!closed) log.warn({ err: error }, 'a sweep over tasks failed; the next one is on its way');
    });
  }, SWEEP_MS);
  timer.unref();
  return {
    close: async () => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
}
