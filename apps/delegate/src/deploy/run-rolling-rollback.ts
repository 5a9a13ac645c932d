import type { RollingRollbackTask } from '@slipway/contracts';
import { lastSuccessful, releaseOfStep, rollbackCandidates } from '@slipway/deploy-engine';
import type { ReleaseIndex } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import type { TaskContext } from '../tasks/task.ts';
import { applyAndWait } from './apply-and-wait.ts';
import { checkAccess } from './check-access.ts';
import { refuseProblems } from './initialize-release.ts';
import { planRelease } from './plan-release.ts';
import { pruneObjects } from './prune-objects.ts';
import { reachCluster } from './reach-cluster.ts';
import { discover } from './read-manifests.ts';
import { createReleaseStore } from './release-store.ts';
import type { ReleaseStore } from './release-store.ts';
import { inSection, skipSection } from './sections.ts';
import type { SectionLog } from './sections.ts';

interface Found {
  cluster: Cluster;
  store: ReleaseStore;
  /** The release to undo. */
  failed: ReleaseIndex;
  /** The release to go back to, if there was ever a success. */
  target: ReleaseIndex | undefined;
  /** The failed release and those after it. */
  later: ReleaseIndex[];
}

/** Undoes the release of a deploy step; gives the release it went back to. Undefined: there was nothing to undo. */
export async function runRollingRollback(
  task: RollingRollbackTask,
  context: TaskContext,
  onRelease: (release: ReleaseIndex) => void,
): Promise<ReleaseIndex | undefined> {
  const found = await inSection(context, 'Initialize', async (log) => {
    const result = await findReleases(task, context, log);
    if (typeof result === 'string') log.info(result);
    else if (result.target === undefined) {
      log.info(
        `No previous version available for rollback of release name ${task.releaseName}: release ${result.failed.number} was the first deployment.`,
      );
      log.info('Its objects are left in the cluster to be looked at.');
    } else log.info(`Rolling back from release ${result.failed.number} to release ${result.target.number}.`);
    return result;
  });
  if (typeof found === 'string' || found.target === undefined) {
    for (const name of ['Rollback', 'Wait for Steady State', 'Prune', 'Wrap Up'])
      skipSection(context, name, 'Nothing to roll back to.');
    return undefined;
  }
  const { cluster, store, failed, target, later } = found;
  await reapply(task, context, { ...found, target });
  const candidates = rollbackCandidates(target, later);
  await inSection(context, 'Prune', async (log) => {
    if (candidates.length === 0)
      log.info(`Release ${failed.number} created nothing that release ${target.number} lacks.`);
    const { releaseName } = task;
    await pruneObjects(cluster, candidates, { releaseName, signal: context.signal, log, action: 'deleted' });
  });
  await inSection(context, 'Wrap Up', async (log) => {
    for (const index of later) {
      const undone = await store.update({
        ...index,
        status: 'rolled-back',
        endedAt: index.endedAt ?? new Date().toISOString(),
      });
      onRelease(undone);
      log.info(`Release ${index.number} is marked as rolled back.`);
    }
    onRelease(target);
    log.info(`Release ${target.number} of ${target.releaseName} is in place again.`);
  });
  return target;
}

async function findReleases(
  task: RollingRollbackTask,
  context: TaskContext,
  log: SectionLog,
): Promise<Found | string> {
  const { namespace, releaseName } = task;
  if (task.deployNode === undefined) return 'No rolling deployment ran in this stage: skipping rollback.';
  const cluster = await reachCluster(context, task.access, log);
  const store = createReleaseStore(cluster, { namespace, releaseName, signal: context.signal });
  const indexes = await store.list();
  const failed = releaseOfStep(indexes, task.step.executionId, task.deployNode);
  if (failed === undefined) return 'The deployment ended before it changed anything: skipping rollback.';
  const later = indexes.filter((index) => index.number >= failed.number);
  return { cluster, store, failed, later, target: lastSuccessful(indexes, failed.number) };
}

async function reapply(
  task: RollingRollbackTask,
  context: TaskContext,
  found: Found & { target: ReleaseIndex },
): Promise<void> {
  const { cluster, store, target } = found;
  const { signal } = context;
  const { releaseName, namespace } = task;
  const prepared = await inSection(context, 'Prepare', async (log) => {
    // Written again as it is, for the cluster's clock.
    await store.update(found.failed);
    const objects = await store.manifests(target);
    const lookup = await discover(cluster, objects, signal);
    const access = await checkAccess(
      cluster,
      objects.map(({ object }) => object),
      { lookup, recordNamespace: namespace, signal, log },
    );
    const planned = await planRelease(cluster, objects, { releaseName, signal });
    refuseProblems(planned.plan.problems);
    log.info(
      `${planned.plan.objects.length} objects of release ${target.number} are applied again; fields in conflict are taken over.`,
    );
    return { lookup, access, ...planned };
  });
  const { failure } = await applyAndWait(cluster, {
    task,
    context,
    ...prepared,
    force: true,
    release: { name: releaseName, number: target.number, namespace },
    since: store.clock(),
    sections: { apply: 'Rollback', wait: 'Wait for Steady State' },
  });
  if (failure !== undefined) throw failure;
}
