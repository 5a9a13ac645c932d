import type { ObjectStatus } from '@slipway/contracts';
import { at, displayName } from '@slipway/deploy-engine';
import type { KubernetesObject, PlannedObject } from '@slipway/deploy-engine';
import { compute, explain } from '@slipway/readiness';
import type { Cause, Verdict } from '@slipway/readiness';
import type { ClusterView } from './cluster-view.ts';
import { indexRelated } from './related-index.ts';
import type { RelatedIndex } from './related-index.ts';

/** One awaited object as the view shows it now. */
export interface Assessed {
  item: PlannedObject;
  live: KubernetesObject | undefined;
  verdict: Verdict;
  causes: Cause[];
}

export interface Assessment {
  objects: Assessed[];
  pending: Assessed[];
  index: RelatedIndex;
}

/** Judges every awaited object. `finished` holds keys of jobs seen complete, which may be cleaned away since. */
export function assessRelease(
  view: ClusterView,
  targets: readonly PlannedObject[],
  options: { since: string; finished: Set<string> },
): Assessment {
  const index = indexRelated(view);
  const objects = targets.map((item) => {
    const live = view.find(item.address);
    const related = live === undefined ? {} : index.of(live);
    const verdict: Verdict =
      live === undefined && options.finished.has(item.key)
        ? { status: 'current', reason: 'Complete', message: 'It ran to its end and was cleaned up.' }
        : compute(live, related.pods === undefined ? {} : { pods: related.pods });
    if (verdict.status === 'current' && item.address.kind === 'Job') options.finished.add(item.key);
    const causes =
      live === undefined || verdict.status === 'current'
        ? []
        : explain(live, related, { since: options.since });
    return { item, live, verdict, causes };
  });
  return { objects, pending: objects.filter(({ verdict }) => verdict.status !== 'current'), index };
}

/** "Waiting for Deployment shop/web: 1 of 3 pods are ready." */
export function sentenceOf({ objects, pending }: Assessment): string {
  const [first] = pending;
  if (first === undefined) return `All ${objects.length} objects are ready.`;
  const others = pending.length > 1 ? ` and ${pending.length - 1} more` : '';
  return `Waiting for ${displayName(first.item.address)}${others}: ${first.verdict.message}`;
}

const LARGEST_TREE = 1000;

/** The objects of a release with their pods below them, for people. */
export function toObjectStatuses(
  assessment: Assessment,
  changes: ReadonlyMap<string, string>,
): ObjectStatus[] {
  const statuses: ObjectStatus[] = [];
  for (const { item, live, verdict } of assessment.objects) {
    const { apiVersion, kind, namespace, name } = item.address;
    const id = live?.metadata.uid ?? item.key;
    statuses.push({
      id,
      ref: { apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name },
      status: verdict.status,
      summary: countOf(live) ?? changes.get(item.key) ?? verdict.reason,
      message: verdict.message,
    });
    for (const child of assessment.index.childrenOf(live?.metadata.uid))
      addChild(statuses, child, id, assessment.index);
    if (statuses.length >= LARGEST_TREE) break;
  }
  return statuses.slice(0, LARGEST_TREE);
}

function countOf(live: KubernetesObject | undefined): string | undefined {
  const wanted = at(live, 'status', 'desiredNumberScheduled') ?? at(live, 'spec', 'replicas');
  if (typeof wanted !== 'number') return undefined;
  const ready = at(live, 'status', 'readyReplicas') ?? at(live, 'status', 'numberReady') ?? 0;
  return `${typeof ready === 'number' ? ready : 0}/${wanted}`;
}

function addChild(
  statuses: ObjectStatus[],
  child: KubernetesObject,
  parent: string,
  index: RelatedIndex,
): void {
  // Old revisions keep their empty replica sets for a rollback of their own; nobody wants to see them.
  if (
    child.kind === 'ReplicaSet' &&
    at(child, 'spec', 'replicas') === 0 &&
    at(child, 'status', 'replicas') === 0
  )
    return;
  const verdict = compute(child);
  const { namespace, name, uid } = child.metadata;
  const id = uid ?? `${parent}/${name}`;
  statuses.push({
    id,
    parent,
    ref: {
      apiVersion: child.apiVersion,
      kind: child.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
    },
    status: verdict.status,
    summary: waitingReason(child) ?? countOf(child) ?? verdict.reason,
    message: verdict.message,
  });
  for (const grandchild of index.childrenOf(uid)) addChild(statuses, grandchild, id, index);
}

function waitingReason(pod: KubernetesObject): string | undefined {
  for (const list of ['initContainerStatuses', 'containerStatuses']) {
    const containers = at(pod, 'status', list);
    if (!Array.isArray(containers)) continue;
    for (const container of containers) {
      const reason = at(container, 'state', 'waiting', 'reason');
      if (typeof reason === 'string' && reason !== 'ContainerCreating' && reason !== 'PodInitializing')
        return reason;
    }
  }
  return undefined;
}
