import type { Progress } from '@slipway/contracts';
import { keyOf } from '@slipway/deploy-engine';
import type { Change, KubernetesObject, Plan, PlannedObject, ResourceLookup } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { LeaseEndedError } from '../cluster/cluster-error.ts';
import type { TaskContext } from '../tasks/task.ts';
import { applyPlan } from './apply-plan.ts';
import type { ReviewedAccess } from './check-access.ts';
import type { DeployFailure } from './deploy-failure.ts';
import { applyProgress, storedStatuses } from './apply-progress.ts';
import { inSection } from './sections.ts';
import type { SectionLog } from './sections.ts';
import { isAwaited, waitForSteadyState } from './steady-state.ts';

/** Drawing hundreds of objects for each of hundreds of changes would take longer than applying them. */
const PROGRESS_INTERVAL_MS = 200;

export interface ApplyAndWaitInput {
  task: { releaseName: string };
  context: TaskContext;
  plan: Plan;
  live: ReadonlyMap<string, KubernetesObject>;
  access: ReviewedAccess;
  lookup: ResourceLookup;
  force: boolean;
  release: NonNullable<Progress['release']>;
  /** When the release began, by the cluster's clock; events from before are not about it. */
  since: string;
  sections: { apply: string; wait: string };
}

export interface ApplyAndWaitResult {
  /** By key, also of what was done before a failure. */
  changes: Map<string, Change>;
  pods: KubernetesObject[];
  failure?: DeployFailure | Error;
}

/** Carries a plan out and waits for its steady state. A failure is a result, so that its release can be recorded. */
export async function applyAndWait(cluster: Cluster, input: ApplyAndWaitInput): Promise<ApplyAndWaitResult> {
  const { context, plan, access } = input;
  const changes = new Map<string, Change>();
  const steadyState = (log: SectionLog, items: readonly PlannedObject[]): Promise<KubernetesObject[]> =>
    waitForSteadyState(cluster, items, {
      releaseName: input.task.releaseName,
      access,
      plural: (item) => input.lookup(item.address)?.plural ?? '',
      since: input.since,
      deadlineAt: context.deadlineAt,
      signal: context.signal,
      log,
      changes: new Map([...changes].map(([key, { action }]) => [key, action])),
      onProgress: (progress) => {
        const others = storedStatuses(plan, changes, (item) => !isAwaited(item));
        const objects = [...progress.objects, ...others];
        context.progress({ ...progress, objects, release: input.release });
      },
    });
  let shownAt = 0;
  try {
    context.progress(applyProgress(plan, changes, input.release));
    await inSection(context, input.sections.apply, (log) =>
      applyPlan(cluster, plan, {
        force: input.force,
        live: input.live,
        signal: context.signal,
        log,
        backendsReady: async (applied) => {
          log.info('Waiting for the backends of webhooks and API services.');
          await steadyState(log, applied);
        },
        onChange: (change) => {
          changes.set(keyOf(change.object), change);
          const now = Date.now();
          if (now < shownAt + PROGRESS_INTERVAL_MS && change.action !== 'failed') return;
          shownAt = now;
          context.progress(applyProgress(plan, changes, input.release));
        },
      }),
    );
    const pods = await inSection(context, input.sections.wait, (log) => steadyState(log, plan.objects));
    if (!plan.objects.some(isAwaited)) {
      const sentence = `All ${plan.objects.length} objects are in place.`;
      const objects = storedStatuses(plan, changes, () => true);
      context.progress({ sentence, causes: [], objects, release: input.release });
    }
    return { changes, pods };
  } catch (error) {
    context.signal.throwIfAborted();
    // Without the lease nothing more may be written, not even the record.
    if (error instanceof LeaseEndedError || !(error instanceof Error)) throw error;
    return { changes, pods: [], failure: error };
  }
}
