import type { TaskAttempt } from '@slipway/contracts';

export interface HeldRow {
  readonly id: string;
  readonly attempt: number;
  readonly status: string;
}

export interface Notes {
  /** `running`: go on, the lease is renewed. */
  readonly continue: TaskAttempt[];
  /** Given up on: stop, and forget the outcome. */
  readonly abandon: TaskAttempt[];
  /** The outcome is wanted. */
  readonly send: TaskAttempt[];
  /** What the rows say it runs but it does not: `neverBegan` when the claim's answer was lost. */
  readonly takeBack: { readonly id: string; readonly neverBegan: boolean }[];
  /** Offers of the connection before. */
  readonly requeue: string[];
}

/**
 * Compares what a delegate that says hello brings along with the rows that name its instance. A boot that is not the one of the rows'
 * owner proves that the former process, and all it ran, is gone.
 */
export function compareNotes(
  rows: readonly HeldRow[],
  hello: { readonly running: readonly TaskAttempt[]; readonly finished: readonly TaskAttempt[] },
  sameBoot: boolean,
): Notes {
  const running = new Set(hello.running.map(keyOf));
  const finished = new Set(hello.finished.map(keyOf));
  const held = rows
    .filter(({ status }) => status === 'running')
    .map(({ id, attempt }) => ({ taskId: id, attempt }));
  const known = new Set(held.map(keyOf));
  const wanted = held.filter((row) => finished.has(keyOf(row)));
  const going = held.filter((row) => running.has(keyOf(row)) && !finished.has(keyOf(row)));
  return {
    continue: going,
    send: wanted,
    abandon: [...hello.running, ...hello.finished].filter((attempt) => !known.has(keyOf(attempt))),
    takeBack: held
      .filter((row) => !running.has(keyOf(row)) && !finished.has(keyOf(row)))
      .map(({ taskId }) => ({ id: taskId, neverBegan: sameBoot })),
    requeue: rows.filter(({ status }) => status === 'offered').map(({ id }) => id),
  };
}

function keyOf({ taskId, attempt }: TaskAttempt): string {
  return `${taskId}/${attempt}`;
}
