import type { ClusterAccess, DelegateAnswer, TaskAttempt, TaskOutcome, TaskSpec } from '@slipway/contracts';
import type { Clusters } from '../cluster/clusters.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { LeaseEndedError } from '../cluster/cluster-error.ts';
import type { TaskContext, AnyTaskRunner } from '../tasks/task.ts';
import { createLease, type HeldLease, type Moment } from './lease.ts';
import { createLogStream, LogsRefusedError } from './log-stream.ts';
import { RequestRefusedError, type Link } from './link.ts';
import { createMasker, type Masker } from './masking.ts';
import { checkedOutcome, endingOfError, type Ending, TaskStoppedError } from './outcomes.ts';
import { createProgressStream } from './progress-stream.ts';
import { createTaskSecrets } from './task-secrets.ts';
import { createWorkFolder } from './work-folder.ts';

type Granted = Extract<DelegateAnswer<'task.claim'>, { granted: true }>;

/** One attempt of a task, from the granted claim to its ending. */
export interface TaskRun {
  readonly attempt: TaskAttempt;
  readonly kind: TaskSpec['kind'];
  readonly lease: HeldLease;
  readonly ended: Promise<Ending>;
  stop(reason: TaskStoppedError): void;
  /** The control plane has given up on this attempt: nothing of it is wanted any more. */
  abandon(reason: string): void;
  readonly abandoned: boolean;
  resume(): void;
}

export interface TaskRunOptions {
  attempt: TaskAttempt;
  granted: Granted;
  claimedAt: Moment;
  runner: AnyTaskRunner;
  link: Link;
  clusters: Clusters;
  delegate: TaskContext['delegate'];
  /** Where the folders of tasks are made. */
  workRoot: string;
}

/** The engine ends a step at its timeout by a cancel; this is the net below it. */
const DEADLINE_MARGIN_MS = 5000;
/** How long a stopped task may take to end by itself before its lease is taken from it. */
const STOP_GRACE_MS = 30_000;
const LOG_FINISH_MS = 5000;

export function startTaskRun(options: TaskRunOptions): TaskRun {
  const { attempt, granted, link, runner } = options;
  const controller = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(act, ms);
    timer.unref();
    timers.add(timer);
  };
  const masker = createMasker();
  const logs = createLogStream({ masker, send: logSender(link, attempt) });
  const progress = createProgressStream(async (seq, value) => {
    await link.request('task.progress', { ...attempt, seq, progress: value });
  });
  const lease = createLease(options.claimedAt, granted.leaseMs, (error: LeaseEndedError) =>
    controller.abort(error),
  );
  const secrets = createTaskSecrets({
    masker,
    ask: (names) => link.request('secrets.resolve', { ...attempt, secrets: names }),
  });
  const work = createWorkFolder(options.workRoot);
  const opened: Cluster[] = [];
  let abandoned = false;

  const stop = (reason: TaskStoppedError): void => {
    controller.abort(reason);
    later(STOP_GRACE_MS, () => lease.end('The task did not stop when it was told to.'));
  };
  const { deadlineMs } = granted;
  if (deadlineMs !== undefined) {
    later(Math.min(deadlineMs + DEADLINE_MARGIN_MS, 2 ** 31 - 1), () =>
      stop(new TaskStoppedError('deadline', 'The task did not end within its time.')),
    );
  }

  const context: TaskContext = {
    ...attempt,
    delegate: options.delegate,
    signal: controller.signal,
    lease,
    deadlineAt: deadlineMs === undefined ? undefined : options.claimedAt.wallMs + deadlineMs,
    secrets,
    section: logs.section,
    progress: (value) => progress.set(masker.value(value)),
    cluster: async (access: ClusterAccess) => {
      const { cluster } = await options.clusters.open(access, {
        secret: secrets.value,
        beforeWrite: lease.assertHeld,
      });
      opened.push(cluster);
      return cluster;
    },
    workFolder: work.folder,
    connection: (access) => options.clusters.settings(access, secrets.value),
  };

  const run = async (): Promise<Ending> => {
    let ending: Ending;
    try {
      // The registry found the runner by the kind of this very spec.
      const outcome = await raceStopped(
        runner.run(granted.task.payload as never, context),
        lease,
        controller.signal,
      );
      ending = { kind: 'outcome', outcome };
    } catch (error) {
      ending = endingOfError(
        runner.kind,
        error,
        controller.signal.aborted ? controller.signal.reason : undefined,
      );
    }
    for (const timer of timers) clearTimeout(timer);
    if (abandoned || !link.connected) progress.stop();
    else await progress.finish();
    await Promise.allSettled([...opened.map((cluster) => cluster.close()), work.remove()]);
    if (!abandoned) await logs.finish(link.connected ? LOG_FINISH_MS : 0);
    if (ending.kind === 'released') return ending;
    return { kind: 'outcome', outcome: checkedOutcome(maskOutcome(ending.outcome, masker)) };
  };

  return {
    attempt,
    kind: runner.kind,
    lease,
    ended: run(),
    stop,
    abandon: (reason) => {
      abandoned = true;
      logs.abandon();
      progress.stop();
      lease.end(reason);
    },
    get abandoned() {
      return abandoned;
    },
    resume: () => {
      logs.resume();
      progress.resume();
    },
  };
}

/** A task that does not react to its signal is left behind when its lease has ended: it can write no more. */
async function raceStopped<T>(work: Promise<T>, lease: HeldLease, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const left = new Promise<never>((_resolve, reject) => {
    const arm = (): void => {
      timer = setInterval(() => {
        if (!lease.held)
          reject(signal.reason instanceof Error ? signal.reason : new Error('The task was given up on.'));
      }, 1000);
      timer.unref();
    };
    if (signal.aborted) arm();
    else signal.addEventListener('abort', arm, { once: true });
  });
  try {
    return await Promise.race([work, left]);
  } finally {
    clearInterval(timer);
  }
}

/** Secret outputs travel as they are, to be sealed by the control plane; everything else is masked. */
export function maskOutcome(outcome: TaskOutcome, masker: Pick<Masker, 'value'>): TaskOutcome {
  const masked = masker.value(outcome);
  if (outcome.kind !== 'succeeded' || masked.kind !== 'succeeded') return masked;
  const secret = (outcome.secretOutputs ?? []).map((name) => [name, outcome.outputs[name]]);
  return { ...masked, outputs: { ...masked.outputs, ...Object.fromEntries(secret) } };
}

function logSender(link: Link, attempt: TaskAttempt): Parameters<typeof createLogStream>[0]['send'] {
  return async (firstSeq, entries) => {
    try {
      return (await link.request('task.logs', { ...attempt, firstSeq, entries })).storedSeq;
    } catch (error) {
      if (error instanceof RequestRefusedError && error.code !== 'unavailable')
        throw new LogsRefusedError(error.message, { cause: error });
      throw error;
    }
  };
}
