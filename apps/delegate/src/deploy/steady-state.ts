import { groupOf, RELEASE_NAME_LABEL } from '@slipway/deploy-engine';
import type { KubernetesObject, PlannedObject } from '@slipway/deploy-engine';
import { needsWaiting } from '@slipway/readiness';
import type { Cause } from '@slipway/readiness';
import type { Cluster } from '../cluster/cluster.ts';
import { assessRelease } from './assess-release.ts';
import type { Assessment } from './assess-release.ts';
import { createCauseTracker } from './cause-tracker.ts';
import type { ReviewedAccess } from './check-access.ts';
import { openClusterView } from './cluster-view.ts';
import type { ViewedCollection } from './cluster-view.ts';
import { createLiberator } from './free-stateful-sets.ts';
import { createLastLines } from './last-lines.ts';
import { notReady, outOfTime } from './not-ready.ts';
import { createReporter } from './report-state.ts';
import type { ReporterOptions } from './report-state.ts';

/** Time for a failure's own report before the step's deadline takes the task away. */
const REPORT_MS = 1_500;
/** Changes come in bursts; one look at the end of a burst is enough. */
const BURST_MS = 20;
const LOG_WAIT_MS = 2_000;
const LATE_LOG_WAIT_MS = 500;
/** A status comes a moment before the event that explains it. */
const EVENT_WAIT_MS = 400;
/** Longer ones fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface SteadyStateOptions extends ReporterOptions {
  releaseName: string;
  access: ReviewedAccess;
  plural: (object: PlannedObject) => string;
  /** When the release began (RFC 3339); events from before are not about it. */
  since: string;
  deadlineAt: number | undefined;
  signal: AbortSignal;
}

/** Whether the steady state depends on an object. */
export function isAwaited(item: PlannedObject): boolean {
  return item.waits && needsWaiting(item.address);
}

/**
 * Watches the objects of a release until all are ready. Ends at the first cause that waiting cannot heal, or whose
 * time is over, with a `DeployFailure` that holds every cause seen.
 */
export async function waitForSteadyState(
  cluster: Cluster,
  planned: readonly PlannedObject[],
  options: SteadyStateOptions,
): Promise<KubernetesObject[]> {
  const targets = planned.filter(isAwaited);
  if (targets.length === 0) {
    options.log.info('Nothing to wait for: every object is ready once it is stored.');
    return [];
  }
  const view = openClusterView(cluster, collectionsFor(targets, options), {
    signal: options.signal,
    onTrouble: (collection, error) => {
      options.log.warn(
        `Watching ${collection.kind}: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  });
  try {
    await view.listed;
    return await watchUntilReady(cluster, view, targets, options);
  } finally {
    view.close();
  }
}

async function watchUntilReady(
  cluster: Cluster,
  view: ReturnType<typeof openClusterView>,
  targets: readonly PlannedObject[],
  options: SteadyStateOptions,
): Promise<KubernetesObject[]> {
  const arrival = { wake: (): void => undefined };
  const tracker = createCauseTracker();
  const lastLines = createLastLines(cluster, {
    enabled: options.access.mayReadLogs,
    signal: options.signal,
    onArrival: () => arrival.wake(),
  });
  const reporter = createReporter(options);
  const finished = new Set<string>();
  const liberate = createLiberator(cluster, options);
  for (;;) {
    const now = Date.now();
    const seen = view.revision();
    const assessment = assessRelease(view, targets, { since: options.since, finished });
    const causes = lastLines.attach(assessment.pending.flatMap((object) => object.causes));
    const { tracked, fresh } = tracker.update(causes, now);
    const drawAt = reporter.report(assessment, tracked, fresh, now);
    if (assessment.pending.length === 0) return view.all('Pod');
    await liberate(assessment);
    lastLines.fetch(causes, (cause) => podsBehind(cause, assessment));
    const isTold = (cause: Cause): boolean =>
      !options.access.mayReadEvents || cause.evidence.some(({ kind }) => kind === 'event');
    const over = tracked.filter(({ endsAt }) => endsAt !== undefined && endsAt <= now);
    const isReportable = over.some(
      ({ cause, firstSeenAt }) => isTold(cause) || now - firstSeenAt >= EVENT_WAIT_MS,
    );
    const fatal = isReportable ? over : [];
    const isLate = options.deadlineAt !== undefined && now >= options.deadlineAt - REPORT_MS;
    if (fatal.length > 0 || isLate) {
      await withinTime(isLate ? LATE_LOG_WAIT_MS : LOG_WAIT_MS, options.signal, [lastLines.settled()]);
      const complete = tracker.update(lastLines.attach(causes), now).tracked;
      reporter.report(assessment, complete, [], now);
      throw fatal.length > 0 ? notReady(fatal, complete, now) : outOfTime(assessment, complete, now);
    }
    const ends = tracked.map(({ endsAt, firstSeenAt }) =>
      Math.max(endsAt ?? Infinity, firstSeenAt + EVENT_WAIT_MS),
    );
    const next = Math.min(...ends, drawAt ?? Infinity, (options.deadlineAt ?? Infinity) - REPORT_MS);
    const arrived = new Promise<void>((resolve) => {
      arrival.wake = resolve;
    });
    await withinTime(next - now, options.signal, [view.changed(seen), arrived]);
    await withinTime(BURST_MS, options.signal, []);
  }
}

function collectionsFor(targets: readonly PlannedObject[], options: SteadyStateOptions): ViewedCollection[] {
  const labelSelector = `${RELEASE_NAME_LABEL}=${options.releaseName}`;
  const collections = new Map<string, ViewedCollection>();
  const add = (collection: ViewedCollection, group: string, plural: string): void => {
    const { apiVersion, kind, namespace = '' } = collection;
    const poll = options.access.unwatchable.has(`${group}/${plural}/${namespace}`);
    collections.set(`${apiVersion}/${kind}/${namespace}`, { ...collection, ...(poll ? { poll } : {}) });
  };
  const namespaces = new Set<string>();
  for (const target of targets) {
    const { apiVersion, kind, namespace } = target.address;
    const place = namespace === undefined ? {} : { namespace };
    add({ apiVersion, kind, ...place, labelSelector }, groupOf(apiVersion), options.plural(target));
    if (namespace !== undefined) namespaces.add(namespace);
  }
  for (const namespace of namespaces) {
    add({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }, '', 'pods');
    add({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, labelSelector }, 'apps', 'replicasets');
    if (options.access.mayReadEvents) {
      add(
        { apiVersion: 'v1', kind: 'Event', namespace, fieldSelector: 'type=Warning', optional: true },
        '',
        'events',
      );
    }
  }
  return [...collections.values()];
}

function podsBehind(cause: Cause, assessment: Assessment): KubernetesObject[] {
  for (const { live } of assessment.objects) {
    const pods = live === undefined ? [] : (assessment.index.of(live).pods ?? []);
    const own =
      cause.object.kind === 'Job'
        ? live?.metadata.name === cause.object.name && live.kind === 'Job'
          ? pods
          : []
        : pods.filter((pod) => pod.metadata.name === cause.object.name);
    // The newest says what is wrong now.
    const newestFirst = own.toSorted((left, right) =>
      (right.metadata.creationTimestamp ?? '').localeCompare(left.metadata.creationTimestamp ?? ''),
    );
    if (newestFirst.length > 0) return newestFirst;
  }
  return [];
}

/** Resolves with the first of some promises or after a time (never by itself for an endless one); rejects on abort. */
async function withinTime(
  ms: number,
  signal: AbortSignal,
  promises: readonly Promise<void>[],
): Promise<void> {
  signal.throwIfAborted();
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal.reason);
  const timer = Number.isFinite(ms)
    ? setTimeout(resolve, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS))
    : undefined;
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([ended, ...promises]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
