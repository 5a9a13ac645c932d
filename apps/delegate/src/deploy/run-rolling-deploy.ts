import type { Progress, RollingDeployTask } from '@slipway/contracts';
import {
  FIELD_MANAGER,
  imagesOf,
  lastSuccessful,
  nextReleaseNumber,
  pruneCandidates,
  summarizeChanges,
} from '@slipway/deploy-engine';
import type { Change, KubernetesObject, ReleaseIndex } from '@slipway/deploy-engine';
import type { TaskContext } from '../tasks/task.ts';
import { applyAndWait } from './apply-and-wait.ts';
import { cleanUp } from './clean-up.ts';
import { DeployFailure } from './deploy-failure.ts';
import { initializeRelease } from './initialize-release.ts';
import type { Prepared } from './initialize-release.ts';
import { pruneObjects } from './prune-objects.ts';
import { plannedInventory, withChanges } from './release-report.ts';
import type { ReleaseStore } from './release-store.ts';
import { inSection, skipSection } from './sections.ts';
import type { SectionLog } from './sections.ts';

/**
 * A rolling deployment from manifests to steady state; gives the pods of the release. `onRelease` is told of the
 * release whenever its record has been written.
 */
export async function runRollingDeploy(
  task: RollingDeployTask,
  context: TaskContext,
  onRelease: (release: ReleaseIndex) => void,
): Promise<KubernetesObject[]> {
  await inSection(context, 'Fetch Files', (log) => fetchFiles(task, log));
  const prepared = await inSection(context, 'Initialize', (log) => initializeRelease(task, context, log));
  const release = await inSection(context, 'Prepare', (log) => prepare(task, context, prepared, log));
  onRelease(release);
  await closeInterrupted(prepared, release, onRelease);
  const { changes, pods, failure } = await applyAndWait(prepared.cluster, {
    task,
    context,
    ...prepared.planned,
    access: prepared.access,
    lookup: prepared.lookup,
    force: task.forceConflicts,
    release: releaseRef(release),
    since: prepared.store.clock(),
    sections: { apply: 'Apply', wait: 'Wait for Steady State' },
  });
  // Pruning comes before the record says that the release succeeded: what it could not delete is then still known
  // as a difference to the last success.
  const reason = failure ?? (await prune(task, prepared, withInventory(release, changes), context));
  if (reason !== undefined) {
    // Should the record be out of reach, too, the first failure is the one to tell; the next deployment closes it.
    const failed = await finishRelease(prepared.store, release, changes, 'failed').catch(() => release);
    onRelease(failed);
    throw withFirstDeploymentHint(reason, failed);
  }
  const finished = await finishRelease(prepared.store, release, changes, 'succeeded');
  onRelease(finished);
  await inSection(context, 'Wrap Up', async (log) => {
    await cleanUp(prepared.cluster, prepared.store, {
      releaseName: task.releaseName,
      retention: task.retention,
      current: finished,
      signal: context.signal,
      log,
    });
    log.info(
      `Release ${finished.number} of ${finished.releaseName} succeeded: ${summarizeChanges([...changes.values()])}.`,
    );
  });
  return pods;
}

function releaseRef(index: ReleaseIndex): NonNullable<Progress['release']> {
  const { releaseName: name, number, namespace, previousSuccessful } = index;
  return { name, number, namespace, ...(previousSuccessful === undefined ? {} : { previousSuccessful }) };
}

async function fetchFiles(task: RollingDeployTask, log: SectionLog): Promise<void> {
  for (const { path, content } of task.manifests) log.info(`${path} (${content.length} characters)`);
  log.info(`${task.manifests.length} manifest files.`);
  await log.drained();
}

async function prepare(
  task: RollingDeployTask,
  context: TaskContext,
  prepared: Prepared,
  log: SectionLog,
): Promise<ReleaseIndex> {
  const { indexes, own, planned, store, versions } = prepared;
  const versioned = new Map(
    versions.versioned.map((item) => [`${item.kind}/${item.namespace}/${item.versionedName}`, item.name]),
  );
  log.info('Kind | Name | Versioned | Action');
  for (const { address, action } of planned.plan.objects) {
    const original = versioned.get(`${address.kind}/${address.namespace ?? ''}/${address.name}`);
    log.info(
      `${address.kind} | ${address.name} | ${original === undefined ? 'no' : `yes, of ${original}`} | ${action}`,
    );
  }
  for (const { kind, name, reason } of versions.unversioned)
    log.info(`${kind} ${name} keeps its name: ${reason}.`);
  const previous = lastSuccessful(
    indexes.filter((index) => index !== own),
    own?.number,
  );
  const draft: ReleaseIndex = {
    schemaVersion: 1,
    releaseName: task.releaseName,
    number: own?.number ?? nextReleaseNumber(indexes),
    status: 'in-progress',
    owner: task.owner,
    step: task.step,
    namespace: task.namespace,
    createdAt: own?.createdAt ?? new Date().toISOString(),
    ...(previous === undefined ? {} : { previousSuccessful: previous.number }),
    inventory: plannedInventory(planned.plan, planned.live, own?.inventory ?? []),
    images: imagesOf(prepared.objects.map(({ object }) => object)),
    planDigest: planned.plan.digest,
    chunks: own?.chunks ?? [],
    manifestsDigest: '',
  };
  await createOwnNamespace(prepared, task.namespace, context.signal, log);
  const release =
    own === undefined
      ? await store.claim(draft, prepared.objects)
      : await store.update(draft, prepared.objects);
  log.info(
    own === undefined
      ? `Current release number is: ${release.number}`
      : `Current release number is: ${release.number} (begun before; it goes on)`,
  );
  log.info(
    previous === undefined
      ? 'No previous successful release found.'
      : `Previous Successful Release is ${previous.number}`,
  );
  await log.drained();
  return release;
}

/** The record lies in the infrastructure's namespace, which the manifests may bring along. */
async function createOwnNamespace(
  prepared: Prepared,
  namespace: string,
  signal: AbortSignal,
  log: SectionLog,
): Promise<void> {
  const item = prepared.planned.plan.objects.find(
    ({ action, address }) =>
      action === 'create' && address.kind === 'Namespace' && address.name === namespace,
  );
  if (item === undefined) return;
  await prepared.cluster.apply(item.object, { fieldManager: FIELD_MANAGER, signal });
  log.info(`Namespace ${namespace} created, for the record of the release.`);
}

function withInventory(release: ReleaseIndex, changes: ReadonlyMap<string, Change>): ReleaseIndex {
  return { ...release, inventory: withChanges(release.inventory, changes) };
}

async function finishRelease(
  store: ReleaseStore,
  release: ReleaseIndex,
  changes: ReadonlyMap<string, Change>,
  status: 'succeeded' | 'failed',
): Promise<ReleaseIndex> {
  return store.update({ ...withInventory(release, changes), status, endedAt: new Date().toISOString() });
}

/** Deployments that were aborted could not close their record; one at a time runs, so what is open was left so. */
async function closeInterrupted(
  { indexes, own, store }: Prepared,
  release: ReleaseIndex,
  onRelease: (release: ReleaseIndex) => void,
): Promise<void> {
  for (const index of indexes) {
    if (index === own || index.status !== 'in-progress' || index.number >= release.number) continue;
    onRelease(await store.update({ ...index, status: 'failed', endedAt: new Date().toISOString() }));
  }
  onRelease(release);
}

function withFirstDeploymentHint(failure: Error, release: ReleaseIndex): Error {
  if (!(failure instanceof DeployFailure) || release.previousSuccessful !== undefined) return failure;
  const hint =
    'This was the first deployment: there is nothing to roll back to, and its objects were left in the cluster to be looked at.';
  return new DeployFailure({ ...failure.failure, hints: [...failure.failure.hints, hint] });
}

/** Gives the failure, if something could not be deleted. */
async function prune(
  task: RollingDeployTask,
  prepared: Prepared,
  release: ReleaseIndex,
  context: TaskContext,
): Promise<Error | undefined> {
  const { indexes, cluster } = prepared;
  const previous = indexes.find((index) => index.number === release.previousSuccessful);
  if (!task.pruningEnabled || previous === undefined) {
    const reason = task.pruningEnabled
      ? 'No previous successful deployment found, so no pruning required'
      : 'Pruning is not enabled in this step.';
    skipSection(context, 'Prune', reason);
    return undefined;
  }
  const since = indexes.filter((index) => index.number > previous.number && index.number < release.number);
  const candidates = pruneCandidates(release.inventory, previous, since);
  try {
    await inSection(context, 'Prune', async (log) => {
      if (candidates.length === 0)
        log.info('Nothing to prune: every object of the previous release is in this one.');
      const { releaseName } = task;
      await pruneObjects(cluster, candidates, { releaseName, signal: context.signal, log, action: 'pruned' });
    });
    return undefined;
  } catch (error) {
    if (error instanceof DeployFailure) return error;
    throw error;
  }
}
