import type { RollingDeployTask } from '@slipway/contracts';
import {
  addressOf,
  checkPlan,
  displayName,
  releaseNameProblem,
  releaseOfStep,
  versionConfiguration,
} from '@slipway/deploy-engine';
import type {
  PlanProblem,
  ReleaseIndex,
  ResourceLookup,
  SourcedObject,
  VersionedSet,
} from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import type { TaskContext } from '../tasks/task.ts';
import { checkAccess } from './check-access.ts';
import type { ReviewedAccess } from './check-access.ts';
import { checkReleaseName } from './claim-name.ts';
import { DeployFailure } from './deploy-failure.ts';
import { dryRun } from './dry-run.ts';
import { planRelease } from './plan-release.ts';
import type { PlannedRelease } from './plan-release.ts';
import { reachCluster } from './reach-cluster.ts';
import { readManifests } from './read-manifests.ts';
import { createReleaseStore, sha256 } from './release-store.ts';
import type { ReleaseStore } from './release-store.ts';
import type { SectionLog } from './sections.ts';

/** Everything known before the first write. */
export interface Prepared {
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

/** Reads, reviews, plans and tries everything; nothing is written. */
export async function initializeRelease(
  task: RollingDeployTask,
  context: TaskContext,
  log: SectionLog,
): Promise<Prepared> {
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
  const cluster = await reachCluster(context, task.access, log);
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
    own,
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

/** Fails with all problems of a plan, if it has any. */
export function refuseProblems(problems: readonly PlanProblem[]): void {
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
