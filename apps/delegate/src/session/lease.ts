import { LeaseEndedError } from '../cluster/cluster-error.ts';
import type { Lease } from '../tasks/task.ts';

/** A lease that the session renews. `onEnd` is called once, when it ends by time or is ended. */
export interface HeldLease extends Lease {
  /** Counted from when the renewing request was sent, so that the holder's lease ends before the server's. */
  renew(sentAt: Moment, leaseMs: number): void;
  end(reason: string): void;
}

/** A moment on both clocks: the monotonic one stands still while a machine sleeps, the other one may be set. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

export function now(): Moment {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

export function createLease(
  sentAt: Moment,
  leaseMs: number,
  onEnd: (error: LeaseEndedError) => void,
): HeldLease {
  let until = add(sentAt, leaseMs);
  let ended: LeaseEndedError | undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = (reason: string): void => {
    if (ended !== undefined) return;
    clearTimeout(timer);
    ended = new LeaseEndedError(reason);
    onEnd(ended);
  };
  const isPast = (): boolean => {
    const present = now();
    return present.wallMs >= until.wallMs || present.monotonicMs >= until.monotonicMs;
  };
  const check = (): void => {
    if (isPast()) end('The lease of this task has ended: the control plane could not be reached.');
  };
  const arm = (): void => {
    clearTimeout(timer);
    const present = now();
    const leftMs = Math.min(until.wallMs - present.wallMs, until.monotonicMs - present.monotonicMs);
    timer = setTimeout(
      () => {
        check();
        if (ended === undefined) arm();
      },
      Math.max(leftMs, 1),
    );
    timer.unref();
  };
  arm();
  return {
    get held() {
      check();
      return ended === undefined;
    },
    assertHeld: () => {
      check();
      if (ended !== undefined) throw ended;
    },
    renew: (renewedAt, ms) => {
      if (ended !== undefined) return;
      until = add(renewedAt, ms);
      arm();
    },
    end,
  };
}

function add(moment: Moment, ms: number): Moment {
  return { wallMs: moment.wallMs + ms, monotonicMs: moment.monotonicMs + ms };
}
