import type { Progress, RollingDeployTask } from '@slipway/contracts';
import {
  addressOf,
  checkPlan,
  displayName,
  FIELD_MANAGER,
  imagesOf,
  lastSuccessful,
  nextReleaseNumber,
  pruneCandidates,
  releaseNameProblem,
  releaseOfStep,
  summarizeChanges,
  versionConfiguration,
} from '@slipway/deploy-engine';
import type {
  Change,
  KubernetesObject,
  PlanProblem,
  ReleaseIndex,
  ResourceLookup,
  SourcedObject,
  VersionedSet,
} from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import type { TaskContext } from '../tasks/task.ts';
import { applyAndWait } from './apply-and-wait.ts';
import { checkAccess } from './check-access.ts';
import type { ReviewedAccess } from './check-access.ts';
import { checkReleaseName } from './claim-name.ts';
import { cleanUp } from './clean-up.ts';
import { DeployFailure } from './deploy-failure.ts';
import { dryRun } from './dry-run.ts';
import { createdBefore, planRelease } from './plan-release.ts';
import type { PlannedRelease } from './plan-release.ts';
import { pruneObjects } from './prune-objects.ts';
import { readManifests } from './read-manifests.ts';
import { plannedInventory, withChanges } from './release-report.ts';
import { createReleaseStore, sha256 } from './release-store.ts';
import type { ReleaseStore } from './release-store.ts';
import { inSection, skipSection } from './sections.ts';
import type { SectionLog } from './sections.ts';

/** Everything known before the first write. */
interface Prepared {
  cluster: Cluster;
  store: ReleaseStore;
  indexes: ReleaseIndex[];
  /** The release of this very step, when it was interrupted or is tried again. */
  own: ReleaseIndex | undefined;
  objects: SourcedObject[];
  versions: VersionedSet;
  lookup: ResourceLookup;
  access: ReviewedAccess;
  planned: PlannedRelease;
}

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
  const prepared = await inSection(context, 'Initialize', (log) => initialize(task, context, log));
  const release = await inSection(context, 'Prepare', (log) => prepare(task, context, prepared, log));
  onRelease(release);
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
  const finished = await finishRelease(
    prepared.store,
    release,
    changes,
    failure === undefined ? 'succeeded' : 'failed',
  );
  onRelease(finished);
  if (failure !== undefined) throw withFirstDeploymentHint(failure, finished);
  await prune(task, prepared, finished, context);
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

async function initialize(task: RollingDeployTask, context: TaskContext, log: SectionLog): Promise<Prepared> {
  const { namespace, releaseName } = task;
  const { signal } = context;
  log.info(`Release Name: [${releaseName}]`);
  const problem = releaseNameProblem(releaseName);
  if (problem !== undefined)
    throw new DeployFailure({
      code: 'release.name_invalid',
      errorType: 'ConfigurationFailure',
      message: problem,
    });
  const cluster = await context.cluster(task.access);
  const { objects, lookup } = await readManifests(cluster, task.manifests, { namespace, signal, log });
  for (const { object, source } of objects)
    log.info(`${displayName(addressOf(object))} (${source.file}:${source.line})`);
  const access = await checkAccess(
    cluster,
    objects.map(({ object }) => object),
    { lookup, recordNamespace: namespace, signal, log },
  );
  const store = createReleaseStore(cluster, { namespace, releaseName, signal });
  const indexes = await store.list();
  await checkReleaseName(cluster, indexes, { releaseName, namespace, owner: task.owner, signal, log });
  const versions = versionConfiguration(objects, { hash: sha256, skip: task.skipResourceVersioning });
  const own = releaseOfStep(indexes, task.step.executionId, task.step.node);
  const planned = await planRelease(cluster, versions.objects, {
    releaseName,
    signal,
    ownUids: createdBefore(own?.inventory ?? []),
  });
  refuseProblems([...planned.plan.problems, ...checkPlan(planned.plan)]);
  if (task.skipDryRun) log.info('The dry run is skipped, as the step says.');
  else {
    const newNamespaces = new Set(
      planned.plan.objects
        .filter((item) => item.address.kind === 'Namespace' && item.action === 'create')
        .map((item) => item.address.name),
    );
    await dryRun(cluster, planned.plan.objects, { force: task.forceConflicts, signal, log, newNamespaces });
  }
  return { cluster, store, indexes, own, objects: versions.objects, versions, lookup, access, planned };
}

function refuseProblems(problems: readonly PlanProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new DeployFailure({
    code: first.code,
    errorType: 'ConfigurationFailure',
    message: problems.map(({ message }) => message).join(' '),
    causes: problems.map(({ code, object, source, message, hint }) => ({
      code,
      severity: 'fatal' as const,
      title: `${displayName(object)} cannot be changed so`,
      message,
      object: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
        name: object.name,
      },
      evidence:
        source === undefined
          ? []
          : [{ kind: 'status' as const, text: `Written in ${source.file}, line ${source.line}` }],
      hints: hint === undefined ? [] : [hint],
    })),
    hints: problems.flatMap(({ hint }) => hint ?? []).slice(0, 3),
  });
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

async function finishRelease(
  store: ReleaseStore,
  release: ReleaseIndex,
  changes: ReadonlyMap<string, Change>,
  status: 'succeeded' | 'failed',
): Promise<ReleaseIndex> {
  const finished = {
    ...release,
    status,
    endedAt: new Date().toISOString(),
    inventory: withChanges(release.inventory, changes),
  };
  return store.update(finished);
}

function withFirstDeploymentHint(failure: Error, release: ReleaseIndex): Error {
  if (!(failure instanceof DeployFailure) || release.previousSuccessful !== undefined) return failure;
  const hint =
    'This was the first deployment: there is nothing to roll back to, and its objects were left in the cluster to be looked at.';
  return new DeployFailure({ ...failure.failure, hints: [...failure.failure.hints, hint] });
}

async function prune(
  task: RollingDeployTask,
  prepared: Prepared,
  release: ReleaseIndex,
  context: TaskContext,
): Promise<void> {
  if (!task.pruningEnabled) return skipSection(context, 'Prune', 'Pruning is not enabled in this step.');
  const { indexes, cluster } = prepared;
  const previous = indexes.find((index) => index.number === release.previousSuccessful);
  if (previous === undefined) {
    return skipSection(context, 'Prune', 'No previous successful deployment found, so no pruning required');
  }
  const since = indexes.filter((index) => index.number > previous.number && index.number < release.number);
  const candidates = pruneCandidates(release.inventory, previous, since);
  await inSection(context, 'Prune', async (log) => {
    if (candidates.length === 0)
      log.info('Nothing to prune: every object of the previous release is in this one.');
    const { releaseName } = task;
    await pruneObjects(cluster, candidates, { releaseName, signal: context.signal, log, action: 'pruned' });
  });
}
