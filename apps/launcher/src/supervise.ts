import { setTimeout as pause } from 'node:timers/promises';
import { type Child, type ChildSpec, type Exit, startChild, stopChild } from './child.ts';

/** `EX_CONFIG`: the program has said what is wrong, and starting it again changes nothing. */
export const REFUSED = 78;

export type Verdict = { readonly kind: 'restart'; readonly afterMs: number } | { readonly kind: 'give-up' };

/** A program that lived this long had started well; what ended it is a new story. */
const HEALTHY_AFTER_MS = 30_000;
const DELAYS_MS = [100, 500, 1000, 2000, 5000, 10_000];

/** What to do after an exit, given how many quick deaths came before. */
export function afterExit(exit: Pick<Exit, 'code'>, quickDeaths: number): Verdict {
  if (exit.code === REFUSED) return { kind: 'give-up' };
  return { kind: 'restart', afterMs: DELAYS_MS[Math.min(quickDeaths, DELAYS_MS.length - 1)] ?? 10_000 };
}

export interface Supervised {
  readonly name: string;
  /** The process of now; absent between two. */
  current(): Child | undefined;
  stop(graceMs: number): Promise<void>;
}

export interface SupervisionEvents {
  readonly started: (child: Child) => void;
  /** It ended unasked and will be started again. `quickDeaths` counts those before this one. */
  readonly restarting: (exit: Exit, afterMs: number, quickDeaths: number) => void;
  /** It ended unasked and will not be. */
  readonly gaveUp: (exit: Exit) => void;
  /** Which exits are final besides a refusal. */
  readonly isFinal?: (exit: Exit) => boolean;
}

/** Keeps a program running until it is stopped. */
export function supervise(spec: ChildSpec, events: SupervisionEvents): Supervised {
  const stopping = new AbortController();
  let current: Child | undefined;
  const loop = async (): Promise<void> => {
    let quickDeaths = 0;
    while (!stopping.signal.aborted) {
      current = startChild(spec);
      events.started(current);
      const exit = await current.exited;
      current = undefined;
      if (stopping.signal.aborted) return;
      if (exit.livedMs > HEALTHY_AFTER_MS) quickDeaths = 0;
      const verdict = afterExit(exit, quickDeaths);
      if (verdict.kind === 'give-up' || events.isFinal?.(exit) === true) {
        events.gaveUp(exit);
        return;
      }
      events.restarting(exit, verdict.afterMs, quickDeaths);
      quickDeaths += 1;
      await pause(verdict.afterMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  // Not at once: who asked for it holds the answer before the first event.
  const running = Promise.resolve().then(loop);
  return {
    name: spec.name,
    current: () => current,
    stop: async (graceMs) => {
      stopping.abort();
      if (current !== undefined) await stopChild(current, graceMs);
      await running;
    },
  };
}
