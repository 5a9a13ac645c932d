import { randomUUID } from 'node:crypto';
import { heartbeatIntervalMs, protocolVersion } from '@slipway/contracts';
import type { Cancel, Goodbye, Hello, Offer, Refusal, TaskAttempt, Welcome } from '@slipway/contracts';
import type { Logger } from 'pino';
import type { Clusters } from '../cluster/clusters.ts';
import type { DelegateConfig } from '../config.ts';
import type { TaskRegistry } from '../tasks/registry.ts';
import { now } from './lease.ts';
import { createLink, type Link } from './link.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { TaskStoppedError } from './outcomes.ts';
import type { StateFolder } from './state-folder.ts';
import { startTaskRun, type TaskRun } from './task-run.ts';

/** Why the session is over. `exitCode` is what the process should end with. */
export interface SessionEnd {
  exitCode: number;
  message: string;
}

export interface Session {
  readonly connected: boolean;
  readonly running: number;
  /** Resolves when the control plane has hung up for good, or after `drain`. */
  readonly ended: Promise<SessionEnd>;
  /** Takes no more tasks, lets running ones finish for so long, then stops and releases them, and hangs up. */
  drain(withinMs: number): Promise<void>;
}

export interface SessionOptions {
  config: DelegateConfig;
  version: string;
  registry: TaskRegistry;
  clusters: Clusters;
  state: StateFolder;
  workRoot: string;
  log: Logger;
}

const EXIT_CONFIGURATION = 78;
const STOP_MS = 5000;
const OUTBOX_MS = 5000;

/** Connects this delegate to its control plane and runs what it is given until it is told to end. */
export function startSession(options: SessionOptions): Session {
  const { config, log, registry } = options;
  const bootId = randomUUID();
  const runs = new Map<string, TaskRun>();
  const claiming = new Set<string>();
  let draining = false;
  let welcome: Welcome | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let unanswered = 0;
  let finish: (end: SessionEnd) => void = () => {};
  const ended = new Promise<SessionEnd>((resolve) => {
    finish = resolve;
  });

  const hello = (): Hello => ({
    token: config.token,
    protocolVersion,
    version: options.version,
    name: config.name,
    instanceId: options.state.instanceId,
    bootId,
    hostname: config.hostname,
    tags: config.tags,
    ...(config.description === undefined ? {} : { description: config.description }),
    capabilities: [...registry.keys()],
    capacity: config.capacity,
    running: [...runs.values()].map(({ attempt }) => attempt),
    finished: outbox.waiting,
  });

  const link: Link = createLink({
    url: config.url,
    hello,
    environment: config.environment,
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    events: {
      onMessage: (message, payload) => {
        // Message and payload come from one entry of the protocol's table.
        if (message === 'welcome') onWelcome(payload as Welcome);
        else if (message === 'task.offer') void onOffer(payload as Offer);
        else if (message === 'task.cancel') onCancel(payload as Cancel);
        else onGoodbye(payload as Goodbye);
      },
      onDown: (reason) => {
        welcome = undefined;
        clearInterval(heartbeat);
        log.warn({ reason }, 'disconnected from the control plane');
      },
      onRefused: (refusal) => end({ exitCode: EXIT_CONFIGURATION, message: sentenceOf(refusal, config.url) }),
      onTrouble: (what) => log.warn(what),
    },
  });
  const outbox: Outbox = createOutbox({
    link: () => link,
    state: options.state,
    onSettled: (attempt, status) => log.info({ ...attempt, status }, 'outcome settled'),
  });

  const end = (how: SessionEnd): void => {
    clearInterval(heartbeat);
    for (const run of runs.values()) run.stop(new TaskStoppedError('hasty-end', how.message));
    link.close();
    finish(how);
  };

  const onWelcome = (received: Welcome): void => {
    welcome = received;
    unanswered = 0;
    log.info({ url: config.url, serverVersion: received.serverVersion }, 'connected to the control plane');
    if (!received.compatible)
      log.error(received.incompatible ?? 'The versions are too far apart: no tasks are taken.');
    for (const attempt of received.abandon) abandon(attempt, 'The control plane has taken the task back.');
    outbox.forget(received.abandon);
    for (const run of runs.values()) {
      if (received.continue.some((attempt) => isSame(attempt, run.attempt)))
        run.lease.renew(now(), received.leaseMs);
      run.resume();
    }
    outbox.send(received.send);
    clearInterval(heartbeat);
    heartbeat = setInterval(() => void beat(), received.heartbeatIntervalMs || heartbeatIntervalMs);
  };

  const beat = async (): Promise<void> => {
    const sentAt = now();
    const running = [...runs.values()].map(({ attempt }) => attempt);
    try {
      const answer = await link.request('heartbeat', {
        running,
        draining,
        memoryBytes: process.memoryUsage.rss(),
      });
      unanswered = 0;
      for (const attempt of running) {
        if (answer.renewed.some((renewed) => isSame(renewed, attempt)))
          runs.get(attempt.taskId)?.lease.renew(sentAt, answer.leaseMs);
        else abandon(attempt, 'The control plane has taken the task back.');
      }
    } catch {
      unanswered += 1;
      if (unanswered >= 2 && link.connected) link.redial();
    }
  };

  const abandon = (attempt: TaskAttempt, reason: string): void => {
    const run = runs.get(attempt.taskId);
    if (run === undefined || !isSame(run.attempt, attempt)) return;
    log.warn({ ...attempt, reason }, 'task abandoned');
    run.abandon(reason);
  };

  const onOffer = async (offer: Offer): Promise<void> => {
    const runner = registry.get(offer.kind);
    // A former attempt that is still unwinding here must end first; the offer comes again.
    const busy =
      runs.has(offer.taskId) || claiming.has(offer.taskId) || runs.size + claiming.size >= config.capacity;
    if (draining || busy || runner === undefined || welcome?.compatible !== true) return;
    const attempt = { taskId: offer.taskId, attempt: offer.attempt };
    claiming.add(offer.taskId);
    try {
      const claimedAt = now();
      const granted = await link.request('task.claim', attempt);
      if (!granted.granted) return;
      log.info({ ...attempt, kind: offer.kind }, 'task begun');
      const delegate = { name: config.name, instanceId: options.state.instanceId, local: config.local };
      const run = startTaskRun({
        attempt,
        granted,
        claimedAt,
        runner,
        link,
        clusters: options.clusters,
        delegate,
        workRoot: options.workRoot,
      });
      runs.set(attempt.taskId, run);
      void settle(run);
    } catch (error) {
      log.warn({ ...attempt, error: messageOf(error) }, 'claim failed');
    } finally {
      claiming.delete(offer.taskId);
    }
  };

  const settle = async (run: TaskRun): Promise<void> => {
    const ending = await run.ended;
    if (!run.abandoned) {
      log.info(
        { ...run.attempt, ending: ending.kind === 'outcome' ? ending.outcome.kind : ending.kind },
        'task ended',
      );
      if (ending.kind === 'outcome') outbox.add({ ...run.attempt, outcome: ending.outcome });
      // Unsent, it is taken back at the next hello, which does not name it, or when its lease has ended.
      else await link.request('task.release', { ...run.attempt, reason: ending.reason }).catch(() => {});
    }
    runs.delete(run.attempt.taskId);
  };

  const onCancel = ({ taskId, attempt, reason }: Cancel): void => {
    const run = runs.get(taskId);
    if (run?.attempt.attempt === attempt) run.stop(new TaskStoppedError('cancelled', reason));
  };

  const onGoodbye = (goodbye: Goodbye): void => {
    if (goodbye.code === 'shutting_down') log.info('the control plane restarts');
    else end({ exitCode: EXIT_CONFIGURATION, message: goodbye.message });
  };

  const settled = async (withinMs: number): Promise<void> => {
    const deadline = Date.now() + withinMs;
    while ((runs.size > 0 || claiming.size > 0) && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 25));
  };

  link.dial();
  return {
    get connected() {
      return welcome !== undefined;
    },
    get running() {
      return runs.size;
    },
    ended,
    drain: async (withinMs) => {
      draining = true;
      if (welcome !== undefined) void beat();
      await settled(withinMs);
      for (const run of runs.values())
        run.stop(new TaskStoppedError('hasty-end', 'The delegate shuts down.'));
      await settled(STOP_MS);
      await outbox.drained(link.connected ? OUTBOX_MS : 0);
      clearInterval(heartbeat);
      link.close();
      finish({ exitCode: 0, message: 'drained' });
    },
  };
}

function isSame(left: TaskAttempt, right: TaskAttempt): boolean {
  return left.taskId === right.taskId && left.attempt === right.attempt;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sentenceOf(refusal: Refusal, url: string): string {
  const remedy =
    refusal.code === 'hello_malformed'
      ? 'Use a delegate of the same version as the control plane.'
      : 'Make a new token in the console (Delegates, Tokens), set SLIPWAY_DELEGATE_TOKEN, and start the delegate again.';
  return `${url} refuses this delegate: ${refusal.message} ${remedy}`;
}
