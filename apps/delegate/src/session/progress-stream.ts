import type { Progress } from '@slipway/contracts';

/** The newest progress of a task, sent at most every 200 ms, and less often the more it holds; what was overtaken is not sent. */
export interface ProgressStream {
  set(progress: Progress): void;
  /** After a reconnect: the newest again, since its message may be lost. */
  resume(): void;
  stop(): void;
  /** Sends the newest at once if it was not sent yet, and stops: what the task saw last stays on the screen. */
  finish(): Promise<void>;
}

const INTERVAL_MS = 200;
/** A picture of 500 objects weighs 100 KB, and is read, checked and stored whole at the other end. */
const INTERVAL_FOR_EACH_OBJECT_MS = 2;

export function createProgressStream(
  send: (seq: number, progress: Progress) => Promise<void>,
): ProgressStream {
  let newest: Progress | undefined;
  let seq = 0;
  let sentSeq = 0;
  let busy = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let nextAt = 0;

  const flush = async (): Promise<void> => {
    timer = undefined;
    if (busy || stopped || newest === undefined || sentSeq === seq) return;
    busy = true;
    const present = seq;
    nextAt = Date.now() + INTERVAL_MS + newest.objects.length * INTERVAL_FOR_EACH_OBJECT_MS;
    // What could not be sent is sent again by `resume`, or overtaken.
    const sent = await send(present, newest).then(
      () => true,
      () => false,
    );
    busy = false;
    if (sent) sentSeq = Math.max(sentSeq, present);
    if (seq !== present) schedule();
  };
  const schedule = (): void => {
    if (stopped) return;
    timer ??= setTimeout(() => void flush(), Math.max(0, nextAt - Date.now()));
  };
  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
  };
  return {
    set: (progress) => {
      newest = progress;
      seq += 1;
      schedule();
    },
    resume: () => {
      if (newest !== undefined) schedule();
    },
    stop,
    finish: async () => {
      stop();
      if (newest === undefined || sentSeq === seq) return;
      // The outcome says what matters; a picture that is lost with the connection is only older.
      await send(seq, newest).catch(() => undefined);
    },
  };
}
