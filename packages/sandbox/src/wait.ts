import { setTimeout as delay } from 'node:timers/promises';

/** Thrown when a condition did not come true in time. */
export class WaitTimeout extends Error {
  override name = 'WaitTimeout';
}

/**
 * Tries `attempt` until it gives something other than undefined or false; errors of it count as "not yet".
 * Throws `WaitTimeout` with the last error as its cause after `timeoutMs`, and the signal's reason when aborted.
 */
export async function waitFor<T>(
  what: string,
  attempt: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs: number; everyMs?: number; signal?: AbortSignal | undefined },
): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const value = await attempt();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new WaitTimeout(`${what} did not happen within ${Math.round(options.timeoutMs / 1000)} s`, {
        cause: last,
      });
    }
    // A signal may end the pause early; its reason is thrown at the top, not the timer's own error.
    await delay(options.everyMs ?? 50, undefined, options.signal ? { signal: options.signal } : {}).catch(
      () => {},
    );
  }
}
