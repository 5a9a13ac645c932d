import type { TestCluster } from '@slipway/testing';

interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Pods of a namespace as the cluster's own record tells them. */
export async function podsOf(cluster: TestCluster, namespace: string): Promise<Pod[]> {
  return (await listPods(cluster, namespace)).items;
}

const listPods = async (
  cluster: TestCluster,
  namespace: string,
): Promise<{ items: Pod[]; metadata: { resourceVersion: string } }> =>
  // The shape of a PodList, by the Kubernetes API reference.
  (await cluster.api.json('GET', `/api/v1/namespaces/${namespace}/pods`)) as {
    items: Pod[];
    metadata: { resourceVersion: string };
  };

/** Ready, and not on its way out: a Service sends requests to it. */
export const serves = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

/** How many pods of a namespace serve, after each change since it was begun. */
export interface ReadyCount {
  readonly counts: readonly number[];
  stop(): Promise<void>;
}

/** Counts by a watch, so that no dip between two looks is missed. */
export async function countReady(cluster: TestCluster, namespace: string): Promise<ReadyCount> {
  const { items, metadata } = await listPods(cluster, namespace);
  const ready = new Set(items.filter(serves).map((pod) => pod.metadata.name));
  const counts = [ready.size];
  const stopping = new AbortController();
  const path = `/api/v1/namespaces/${namespace}/pods?watch=1&resourceVersion=${metadata.resourceVersion}`;
  const watching = (async () => {
    for await (const line of cluster.api.lines(path, stopping.signal)) {
      // A line of a watch, by the Kubernetes API reference.
      const { type, object } = JSON.parse(line) as { type: string; object: Pod };
      if (type === 'ERROR') throw new Error(`the watch broke: ${line}`);
      if (type !== 'DELETED' && serves(object)) ready.add(object.metadata.name);
      else ready.delete(object.metadata.name);
      counts.push(ready.size);
    }
    if (!stopping.signal.aborted) throw new Error('the watch ended before the test');
  })();
  // A broken watch is told by stop().
  watching.catch(() => {});
  return {
    counts,
    stop: async () => {
      stopping.abort();
      await watching.catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'AbortError')) throw error;
      });
    },
  };
}
