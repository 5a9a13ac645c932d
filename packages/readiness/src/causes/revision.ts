import { isOwnedBy, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import type { Related } from './cause.ts';

const REVISION = 'deployment.kubernetes.io/revision';

/** The replica set a deployment is moving to: the one that carries the deployment's own revision number. */
export function newReplicaSet(deployment: Resource, replicaSets: readonly Resource[]): Resource | undefined {
  const revision = deployment.metadata.annotations?.[REVISION];
  if (revision === undefined) return undefined;
  return replicaSets.find(
    (set) => isOwnedBy(set, deployment) && set.metadata.annotations?.[REVISION] === revision,
  );
}

/**
 * The objects that create a workload's new pods, and those pods. Old revisions are left out: their trouble is
 * going away, and their health says nothing about the new one.
 */
export function newRevision(workload: Resource, related: Related): { makers: Resource[]; pods: Resource[] } {
  const pods = related.pods ?? [];
  switch (workload.kind) {
    case 'Deployment': {
      const set = newReplicaSet(workload, related.replicaSets ?? []);
      return set === undefined
        ? { makers: [workload], pods: [] }
        : { makers: [set, workload], pods: pods.filter((pod) => isOwnedBy(pod, set)) };
    }
    case 'StatefulSet': {
      const revision = textAt(workload, 'status', 'updateRevision');
      const own = pods.filter((pod) => isOwnedBy(pod, workload));
      return {
        makers: [workload],
        pods: own.filter((pod) => hasLabel(pod, 'controller-revision-hash', revision)),
      };
    }
    case 'DaemonSet': {
      // https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/controller/daemon/util/daemonset_util.go
      const generation = workload.metadata.annotations?.['deprecated.daemonset.template.generation'] ?? '';
      const own = pods.filter((pod) => isOwnedBy(pod, workload));
      return {
        makers: [workload],
        pods: own.filter((pod) => hasLabel(pod, 'pod-template-generation', generation)),
      };
    }
    case 'Pod':
      return { makers: [], pods: [workload] };
    default:
      return { makers: [workload], pods: pods.filter((pod) => isOwnedBy(pod, workload)) };
  }
}

function hasLabel(pod: Resource, label: string, value: string): boolean {
  const actual = pod.metadata.labels?.[label];
  return value === '' || actual === undefined || actual === value;
}
