import { setTimeout as delay } from 'node:timers/promises';
import type { TaskAttempt, TaskOutcome } from '@slipway/contracts';
import { RequestRefusedError, type Link } from './link.ts';
import { MASK } from './masking.ts';
import type { KeptOutcome, StateFolder } from './state-folder.ts';

/** Outcomes on their way: kept until acknowledged, also over a restart when there is a state folder. */
export interface Outbox {
  readonly waiting: TaskAttempt[];
  add(outcome: KeptOutcome): void;
  /** Sends one that the control plane asked for, or all. */
  send(attempts?: readonly TaskAttempt[]): void;
  forget(attempts: readonly TaskAttempt[]): void;
  /** Resolves when nothing waits, or after the time. */
  drained(withinMs: number): Promise<void>;
}

const RETRY_MS = 1000;

export function createOutbox(options: {
  link: () => Link;
  state: StateFolder;
  onSettled: (attempt: TaskAttempt, status: string) => void;
}): Outbox {
  const kept = new Map<string, KeptOutcome>();
  const sending = new Set<string>();
  for (const outcome of options.state.outcomes()) kept.set(keyOf(outcome), outcome);

  const settle = (outcome: KeptOutcome, status: string): void => {
    kept.delete(keyOf(outcome));
    options.state.forget(outcome);
    options.onSettled({ taskId: outcome.taskId, attempt: outcome.attempt }, status);
  };
  /** Until it is answered, given up on, or the connection is gone: then the next welcome asks for it. */
  const deliver = async (outcome: KeptOutcome): Promise<void> => {
    const key = keyOf(outcome);
    if (sending.has(key)) return;
    sending.add(key);
    try {
      while (kept.has(key) && options.link().connected) {
        const status = await trySend(options.link(), outcome);
        if (status !== undefined) settle(outcome, status);
        else await delay(RETRY_MS);
      }
    } finally {
      sending.delete(key);
    }
  };

  return {
    get waiting() {
      return [...kept.values()].map(({ taskId, attempt }) => ({ taskId, attempt }));
    },
    add: (outcome) => {
      kept.set(keyOf(outcome), outcome);
      options.state.keep({ ...outcome, outcome: withoutSecretOutputs(outcome.outcome) });
      void deliver(outcome);
    },
    send: (attempts) => {
      for (const { taskId, attempt } of attempts ?? kept.values()) {
        const outcome = kept.get(keyOf({ taskId, attempt }));
        if (outcome !== undefined) void deliver(outcome);
      }
    },
    forget: (attempts) => {
      for (const attempt of attempts) {
        const outcome = kept.get(keyOf(attempt));
        if (outcome !== undefined) settle(outcome, 'abandoned');
      }
    },
    drained: async (withinMs) => {
      const deadline = Date.now() + withinMs;
      while (kept.size > 0 && Date.now() < deadline) await delay(20);
    },
  };
}

async function trySend(link: Link, outcome: KeptOutcome): Promise<string | undefined> {
  try {
    return (await link.request('task.outcome', outcome)).status;
  } catch (error) {
    // Repeating cannot help for these two: the control plane has given up on the attempt, or cannot read it.
    if (error instanceof RequestRefusedError && error.code !== 'unavailable') return error.code;
    return undefined;
  }
}

function withoutSecretOutputs(outcome: TaskOutcome): TaskOutcome {
  if (outcome.kind !== 'succeeded' || outcome.secretOutputs === undefined) return outcome;
  const masked = Object.fromEntries(outcome.secretOutputs.map((name) => [name, MASK]));
  return { ...outcome, outputs: { ...outcome.outputs, ...masked } };
}

function keyOf({ taskId, attempt }: TaskAttempt): string {
  return `${taskId}/${attempt}`;
}
