import { conditionOf, isOwnedBy, numberAt, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { causeOn, defaultCauseLimits } from './cause.ts';
import type { Cause, CauseLimits, Related } from './cause.ts';
import { explainPod } from './pods.ts';

/** A pod of an old revision that a stateful set waits for in vain, and what is wrong with it. */
export interface BlockingPod {
  pod: Resource;
  reason: string;
}

/**
 * Pods that hold up the update of a stateful set: it updates one pod only when all are ready, so that a broken pod of
 * an old revision is never replaced, not even by a rollback. Deleting the pod is the documented way out:
 * https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function blockingPods(
  set: Resource,
  related: Related,
  limits: CauseLimits = defaultCauseLimits,
): BlockingPod[] {
  const revision = textAt(set, 'status', 'updateRevision');
  if (set.kind !== 'StatefulSet' || revision === '') return [];
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return [];
  if (textAt(set, 'spec', 'podManagementPolicy') === 'Parallel') return [];
  const partition = numberAt(set, ['spec', 'updateStrategy', 'rollingUpdate', 'partition'], 0);
  return (related.pods ?? []).flatMap((pod) => {
    const isOld = (pod.metadata.labels?.['controller-revision-hash'] ?? revision) !== revision;
    const ordinal = Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
    if (!isOld || ordinal < partition || !isOwnedBy(pod, set)) return [];
    if (pod.metadata.deletionTimestamp !== undefined || conditionOf(pod, 'Ready')?.status === 'True')
      return [];
    const fatal = explainPod(pod, related.events ?? [], limits).find(({ ends }) => ends !== 'never');
    return fatal === undefined ? [] : [{ pod, reason: fatal.title }];
  });
}

/** The causes for people, should nobody delete the pods. */
export function explainBlocked(set: Resource, related: Related, limits: CauseLimits): Cause[] {
  return blockingPods(set, related, limits).map(({ pod, reason }) =>
    causeOn(pod, {
      code: 'stateful_set.blocked',
      ends: 'never',
      title: `Pod ${pod.metadata.name} of the old revision is broken and holds up the update`,
      message: `${reason}. A stateful set waits for it for ever.`,
      evidence: [{ kind: 'status', text: `${pod.metadata.name}: ${reason}` }],
      hints: [
        `Delete the pod: kubectl delete pod ${pod.metadata.name}; it comes back with the new revision.`,
      ],
    }),
  );
}
