import { setTimeout as delay } from 'node:timers/promises';
import type { Cause, ClusterAccess } from '@slipway/contracts';
import { AccessError } from '../cluster/access-error.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { TaskContext } from '../tasks/task.ts';
import type { SectionLog } from './sections.ts';

/** A control plane that restarts is back within this. A sandbox may have to build its programs first: it gets until the step's deadline. */
const PATIENCE_MS = 60_000;
const WAIT_MS = 500;

type Reaching = Pick<TaskContext, 'cluster' | 'signal' | 'deadlineAt' | 'progress'>;

interface Waiting {
  readonly problem: string;
  readonly hints: readonly string[];
  readonly untilMs: number;
}

/**
 * Opens the cluster and waits until it answers: it may be restarting, or be made anew beside a local delegate that came back first.
 * Meanwhile the step says what it waits for and until when. Gives up with the failure as it was.
 */
export async function reachCluster(
  context: Reaching,
  access: ClusterAccess,
  log: Pick<SectionLog, 'info' | 'warn'>,
): Promise<Cluster> {
  const since = Date.now();
  let said = '';
  for (;;) {
    try {
      const cluster = await context.cluster(access);
      await cluster.version({ signal: context.signal });
      if (said !== '') log.info('The cluster answers.');
      return cluster;
    } catch (error) {
      context.signal.throwIfAborted();
      const waiting = worthWaiting(error, since, context.deadlineAt);
      if (waiting === undefined || Date.now() >= waiting.untilMs) throw error;
      if (waiting.problem !== said) tell(context, log, waiting, since);
      said = waiting.problem;
      await delay(WAIT_MS, undefined, { signal: context.signal });
    }
  }
}

function worthWaiting(error: unknown, since: number, deadlineAt: number | undefined): Waiting | undefined {
  const patienceMs = since + PATIENCE_MS;
  if (error instanceof AccessError && error.code === 'cluster.sandbox_not_ready') {
    return { problem: error.message, hints: error.hints, untilMs: deadlineAt ?? patienceMs };
  }
  // An API server whose own store is not up yet answers with a 500.
  if (!isClusterError(error) || (error.status !== 0 && error.status < 500)) return undefined;
  return {
    problem: error.message,
    hints: ['If the API server does not come back by itself, check its address and whether it runs.'],
    untilMs: Math.min(patienceMs, deadlineAt ?? patienceMs),
  };
}

function tell(context: Reaching, log: Pick<SectionLog, 'warn'>, waiting: Waiting, since: number): void {
  log.warn(`${waiting.problem} Trying again until ${new Date(waiting.untilMs).toISOString()}.`);
  const cause: Cause = {
    code: 'cluster.unreachable',
    severity: 'warning',
    title: 'The cluster does not answer',
    message: waiting.problem,
    evidence: [{ kind: 'response', text: waiting.problem }],
    hints: [...waiting.hints],
    since: new Date(since).toISOString(),
    until: new Date(waiting.untilMs).toISOString(),
  };
  context.progress({ sentence: 'Waiting for the cluster to answer', causes: [cause], objects: [] });
}
