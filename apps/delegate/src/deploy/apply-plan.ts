import { setTimeout as delay } from 'node:timers/promises';
import { compute } from '@slipway/readiness';
import {
  applyStages,
  definedKinds,
  displayName,
  FIELD_MANAGER,
  REPLICAS_MANAGER,
  replicasHolder,
  summarizeChanges,
  takeOverFields,
} from '@slipway/deploy-engine';
import type { Change, ChangeSet, KubernetesObject, Plan, PlannedObject } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError, LeaseEndedError } from '../cluster/cluster-error.ts';
import { DeployFailure } from './deploy-failure.ts';
import { explainRefusal } from './explain-refusal.ts';
import { inParallel } from './in-parallel.ts';
import type { SectionLog } from './sections.ts';
import { waitForObject } from './wait-for-object.ts';
import { withRetries } from './with-retries.ts';

const APPLY_WIDTH = 16;
const ESTABLISH_TIMEOUT_MS = 60_000;
const DISCOVERY_INTERVAL_MS = 100;
const DELETION_TIMEOUT_MS = 120_000;

export interface ApplyOptions {
  /** Takes fields that other managers hold with other values. */
  force: boolean;
  /** Live objects as the plan saw them, by key. */
  live: ReadonlyMap<string, KubernetesObject>;
  signal: AbortSignal;
  log: SectionLog;
  /** Called before webhooks and API services are registered: their backends must answer. */
  backendsReady: (applied: readonly PlannedObject[]) => Promise<void>;
  /** Told of each change as it is made, so that it is known even when a later one fails. */
  onChange: (change: Change) => void;
}

/** Carries out a plan, stage by stage, in parallel within a stage. */
export async function applyPlan(cluster: Cluster, plan: Plan, options: ApplyOptions): Promise<ChangeSet> {
  const changes: ChangeSet = [];
  const applied: PlannedObject[] = [];
  for (const stage of applyStages) {
    const items = plan.objects.filter((item) => item.stage === stage);
    if (items.length === 0) continue;
    if (stage === 'extensions') await options.backendsReady(applied);
    const stageChanges = await inParallel(items, APPLY_WIDTH, async (item) => {
      const change = await applyOrExplain(cluster, item, options);
      options.onChange(change);
      const reason = change.reason === undefined ? '' : ` (${change.reason})`;
      options.log.info(`${displayName(item.address)} ${change.action}${reason}`);
      return change;
    });
    changes.push(...stageChanges);
    applied.push(...items);
    if (stage === 'definitions' || stage === 'extensions') await establish(cluster, items, options);
    await options.log.drained();
  }
  options.log.info(`Done: ${summarizeChanges(changes)}.`);
  return changes;
}

async function applyOrExplain(cluster: Cluster, item: PlannedObject, options: ApplyOptions): Promise<Change> {
  try {
    return await applyObject(cluster, item, options);
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof DeployFailure || error instanceof LeaseEndedError) throw error;
    const { cause, errorType } = explainRefusal(error, item.object, item.source);
    options.onChange({ object: item.address, action: 'failed', reason: cause.message });
    throw new DeployFailure({
      code: cause.code,
      errorType,
      message: `${cause.title}. ${cause.message}`,
      causes: [cause],
      evidence: cause.evidence,
      hints: cause.hints,
    });
  }
}

async function applyObject(cluster: Cluster, item: PlannedObject, options: ApplyOptions): Promise<Change> {
  const before = options.live.get(item.key);
  if (item.action === 'leave') return changeOf(item, 'unchanged', before);
  if (item.action === 'replace' && before !== undefined) {
    await removeAndWait(cluster, item, before, options.signal);
    return {
      ...changeOf(item, 'replaced', await apply(cluster, item, options)),
      ...(item.reason === undefined ? {} : { reason: item.reason }),
    };
  }
  if (item.takeOver) await takeOver(cluster, item, options);
  if (item.holdReplicas) await holdReplicas(cluster, item, options);
  const after = await apply(cluster, item, options);
  if (before?.metadata.uid !== after.metadata.uid) return changeOf(item, 'created', after);
  const same = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  return changeOf(item, same ? 'unchanged' : 'configured', after);
}

function changeOf(
  item: PlannedObject,
  action: Change['action'],
  object: KubernetesObject | undefined,
): Change {
  const uid = object?.metadata.uid;
  return { object: item.address, action, ...(uid === undefined ? {} : { uid }) };
}

function apply(
  cluster: Cluster,
  item: PlannedObject,
  { force, signal }: ApplyOptions,
): Promise<KubernetesObject> {
  return withRetries(signal, () =>
    cluster.apply(item.object, { fieldManager: FIELD_MANAGER, force, signal }),
  );
}

/** Gives fields of client-side tools to our manager; read afresh at each try, as the patch names a version. */
async function takeOver(cluster: Cluster, item: PlannedObject, { signal, log }: ApplyOptions): Promise<void> {
  await withRetries(signal, async () => {
    const live = await cluster.get(item.address, { signal });
    const patch = live === null ? undefined : takeOverFields(live, FIELD_MANAGER, item);
    if (patch === undefined) return;
    await cluster.patch(item.address, patch, { type: 'json', fieldManager: FIELD_MANAGER, signal });
    log.info(`${displayName(item.address)}: took over the fields of client-side tools.`);
  });
}

/** Lets the second manager own the live number of replicas, so that ours can leave it out without resetting it. */
async function holdReplicas(
  cluster: Cluster,
  item: PlannedObject,
  { signal, log }: ApplyOptions,
): Promise<void> {
  await withRetries(signal, async () => {
    const live = await cluster.get(item.address, { signal });
    const holder = live === null ? undefined : replicasHolder(live);
    if (holder === undefined) return;
    await cluster.apply(holder, { fieldManager: REPLICAS_MANAGER, force: true, signal });
    log.info(`${displayName(item.address)}: replicas are left to its autoscaler.`);
  });
}

async function removeAndWait(
  cluster: Cluster,
  item: PlannedObject,
  before: KubernetesObject,
  signal: AbortSignal,
): Promise<void> {
  const { uid } = before.metadata;
  try {
    await withRetries(signal, () =>
      cluster.remove(item.address, { signal, ...(uid === undefined ? {} : { uid }) }),
    );
  } catch (error) {
    // Another object of that name already: this replacement was done before an interruption.
    if (!isClusterError(error, 409)) throw error;
    return;
  }
  await waitForObject(cluster, item.address, {
    until: (object) => object === undefined || object.metadata.uid !== uid,
    what: `the old ${displayName(item.address)} to be deleted`,
    timeoutMs: DELETION_TIMEOUT_MS,
    signal,
  });
}

/** Namespaces, CRDs and API services must work before what needs them is applied. */
async function establish(
  cluster: Cluster,
  items: readonly PlannedObject[],
  { signal }: ApplyOptions,
): Promise<void> {
  const gating = items.filter((item) =>
    ['Namespace', 'CustomResourceDefinition', 'APIService'].includes(item.address.kind),
  );
  await inParallel(gating, APPLY_WIDTH, async (item) => {
    await waitForObject(cluster, item.address, {
      until: (object) => compute(object).status === 'current',
      what: `${displayName(item.address)} to become usable`,
      timeoutMs: ESTABLISH_TIMEOUT_MS,
      signal,
    });
    for (const kind of definedKinds([item.object]).keys()) await served(cluster, kind, signal);
  });
}

/** A CRD says that it is established a moment before discovery knows its kind, which cannot be watched. */
async function served(cluster: Cluster, kindKey: string, signal: AbortSignal): Promise<void> {
  const [group = '', version = '', kind = ''] = kindKey.split('/');
  const deadline = Date.now() + ESTABLISH_TIMEOUT_MS;
  while (
    (await cluster.resource(`${group}/${version}`, kind, { signal })) === null &&
    Date.now() < deadline
  ) {
    await delay(DISCOVERY_INTERVAL_MS, undefined, { signal });
  }
}
