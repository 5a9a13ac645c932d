import { TaskOutcomeSchema } from '@slipway/contracts';
import type { Scope, TaskOutcome } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';

export interface Claim {
  readonly clusterKey: string;
  readonly releaseName: string;
  readonly ownerKey: string;
}

/** Claims a release name for an owner; gives the owner that holds it, which is the claimant when it was free. */
export async function claimRelease(tx: Tx, claim: Claim): Promise<string> {
  await tx.releaseClaim.createMany({ data: [claim], skipDuplicates: true });
  const { clusterKey, releaseName } = claim;
  const held = await tx.releaseClaim.findUniqueOrThrow({
    where: { clusterKey_releaseName: { clusterKey, releaseName } },
  });
  return held.ownerKey;
}

/** Whose releases a task reported. */
export interface ReleaseOwnerKeys {
  readonly scopeKey: string;
  readonly service: string;
  readonly environment: string;
  readonly infrastructure: string;
}

const endedStatuses: ReadonlySet<string> = new Set(['succeeded', 'failed', 'rolled-back']);

/** Puts what a finished task reported of releases into the index. The cluster's own record stays the truth. */
export async function recordReleases(
  tx: Tx,
  facts: { readonly id: string; readonly scope: Scope },
  node: string,
  taskId: string,
): Promise<void> {
  const task = await tx.task.findUnique({
    where: { id: taskId },
    select: { kind: true, outcome: true, payload: true, finishedAt: true },
  });
  if (task === null || !task.kind.startsWith('rolling-')) return;
  const outcome = TaskOutcomeSchema.safeParse(task.outcome);
  const owner = ownerOf(task.payload);
  if (!outcome.success || owner === null) return;
  const releases = releasesOf(outcome.data);
  for (const { inventory, images, status, name, number, namespace } of releases) {
    const key = { ...owner, name, number };
    const values = {
      namespace,
      status,
      images,
      inventory,
      ...(endedStatuses.has(status) ? { endedAt: task.finishedAt ?? new Date() } : {}),
    };
    await tx.release.upsert({
      where: { scopeKey_service_environment_infrastructure_name_number: key },
      create: { ...key, ...values, executionId: facts.id, node },
      // A rollback reports the failed release again: who made it stays.
      update: values,
    });
  }
}

function releasesOf(outcome: TaskOutcome) {
  return outcome.result?.releases ?? [];
}

/** The owner as the task's payload names it: `scopeKey:identifier`. */
function ownerOf(payload: unknown): ReleaseOwnerKeys | null {
  // Written by the runtime from a checked task of this kind.
  const { owner } = payload as { owner?: { service: string; environment: string; infrastructure: string } };
  if (owner === undefined) return null;
  const split = (key: string): [string, string] => {
    const colon = key.lastIndexOf(':');
    return [key.slice(0, colon), key.slice(colon + 1)];
  };
  const [serviceScope, service] = split(owner.service);
  const [, environment] = split(owner.environment);
  return { scopeKey: serviceScope, service, environment, infrastructure: owner.infrastructure };
}
