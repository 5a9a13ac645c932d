import type { Cause } from '@slipway/contracts';
import { clientSideManagersOf, displayName, FIELD_MANAGER, readConflicts } from '@slipway/deploy-engine';
import type { PlannedObject } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import type { ClusterError } from '../cluster/cluster-error.ts';
import { DeployFailure } from './deploy-failure.ts';
import { explainRefusal } from './explain-refusal.ts';
import type { ExplainedRefusal } from './explain-refusal.ts';
import { inParallel } from './in-parallel.ts';
import type { SectionLog } from './sections.ts';
import { withRetries } from './with-retries.ts';

export interface DryRunOptions {
  force: boolean;
  signal: AbortSignal;
  log: SectionLog;
  /** Namespaces that the set itself creates: nothing can be tried in them yet. */
  newNamespaces: ReadonlySet<string>;
}

/** Lets the server try every change without storing it, so that conflicts and refusals are known before the first write. */
export async function dryRun(
  cluster: Cluster,
  planned: readonly PlannedObject[],
  options: DryRunOptions,
): Promise<void> {
  const trials = planned.filter(
    (item) => item.dryRun && !options.newNamespaces.has(item.address.namespace ?? ''),
  );
  options.log.info(`Validating ${trials.length} manifests with a dry run.`);
  const found = await inParallel(trials, 16, (item) => tryObject(cluster, item, options));
  const refusals = found.filter((refusal) => refusal !== undefined);
  const [first] = refusals;
  if (first === undefined) return;
  const causes: Cause[] = refusals.map(({ cause }) => cause);
  for (const cause of causes) options.log.error(`${cause.title}: ${cause.message}`);
  throw new DeployFailure({
    code: first.cause.code,
    errorType: first.errorType,
    message:
      causes.length === 1
        ? `${first.cause.title}. ${first.cause.message}`
        : `${causes.length} objects were refused: ${causes.map(({ title }) => title).join('; ')}.`,
    causes,
    evidence: first.cause.evidence,
    hints: first.cause.hints,
  });
}

async function tryObject(
  cluster: Cluster,
  item: PlannedObject,
  options: DryRunOptions,
): Promise<ExplainedRefusal | undefined> {
  const { signal, force } = options;
  try {
    await withRetries(signal, () =>
      cluster.apply(item.object, { fieldManager: FIELD_MANAGER, force, dryRun: true, signal }),
    );
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    // Its kind is defined by a CRD of this very set.
    if (isClusterError(error) && error.reason === 'UnknownKind') return undefined;
    if (
      isClusterError(error, 409) &&
      item.takeOver &&
      (await isOnlyWithClientSideTools(cluster, item, error, signal))
    )
      return undefined;
    options.log.error(`${displayName(item.address)} would be refused.`);
    return explainRefusal(error, item.object, item.source);
  }
}

/** A conflict with a client-side tool ends when its fields become ours, which a dry run cannot do in one request. */
async function isOnlyWithClientSideTools(
  cluster: Cluster,
  item: PlannedObject,
  error: ClusterError,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await cluster.get(item.address, { signal });
  const tools = live === null ? [] : clientSideManagersOf(live, item);
  const conflicts = readConflicts(error.details.causes ?? []);
  return conflicts.length > 0 && conflicts.every(({ owner }) => tools.includes(owner));
}
