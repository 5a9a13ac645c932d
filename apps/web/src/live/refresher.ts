export interface Refresher {
  /** Refreshes `key` soon: calls that come meanwhile become one more refresh after the running one. */
  request(key: string, refresh: () => Promise<unknown>): void;
}

/**
 * Turns a burst of "this changed" into few reads: at most one at a time per key, never fewer than one after the
 * last message, and at least `gapMs` between two.
 */
export function createRefresher(gapMs: number): Refresher {
  const running = new Set<string>();
  const waiting = new Map<string, () => Promise<unknown>>();

  const run = (key: string, refresh: () => Promise<unknown>): void => {
    running.add(key);
    const pause = new Promise<void>((resolve) => setTimeout(resolve, gapMs));
    // What a failed refresh means is shown by the query itself.
    void Promise.allSettled([refresh(), pause]).then(() => {
      running.delete(key);
      const next = waiting.get(key);
      if (next === undefined) return;
      waiting.delete(key);
      run(key, next);
    });
  };

  return {
    request(key, refresh) {
      if (running.has(key)) waiting.set(key, refresh);
      else run(key, refresh);
    },
  };
}
