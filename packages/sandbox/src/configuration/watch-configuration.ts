import { setTimeout as delay } from 'node:timers/promises';
import { ApiRefusal, type ApiClient } from '../cluster/api-client.ts';
import { listAt, textAt, valueAt } from '../json-path.ts';
import { configuredCondition } from './configured-condition.ts';
import { configurationReferences, firstProblem, type Problem, type Reference } from './references.ts';

const userAgent = 'slipway-sandbox-node';
const lookAgainMs = 1_000;
/** Pods on a node that have not started. */
const pendingPods = `/api/v1/pods?fieldSelector=${encodeURIComponent('status.phase=Pending,spec.nodeName!=')}`;

/**
 * Does what a kubelet does before it starts a container: looks for the ConfigMaps and Secrets of each pending pod, and
 * says in a condition whether they are there; again every second while they are not. Ends when the signal aborts.
 */
export async function watchConfiguration(api: ApiClient, signal: AbortSignal): Promise<void> {
  const unresolved = new Map<string, unknown>();
  const look = async (pod: unknown): Promise<void> => {
    const key = keyOf(pod);
    // A pod that fails here is looked at again: the API server may be on its way back.
    const resolved = await resolve(api, pod).catch(() => false);
    if (resolved) unresolved.delete(key);
    else unresolved.set(key, pod);
  };
  const retry = setInterval(() => {
    for (const pod of unresolved.values()) void look(pod);
  }, lookAgainMs);
  try {
    while (!signal.aborted) {
      // Every end of a watch, also that of the API server, is followed by a fresh list.
      unresolved.clear();
      await followPods(api, signal, { look, forget: (pod) => unresolved.delete(keyOf(pod)) }).catch(() => {});
      await delay(200, undefined, { signal }).catch(() => {});
    }
  } finally {
    clearInterval(retry);
  }
}

interface Follower {
  look: (pod: unknown) => Promise<void>;
  forget: (pod: unknown) => void;
}

async function followPods(api: ApiClient, signal: AbortSignal, { look, forget }: Follower): Promise<void> {
  const list = await api.json('GET', pendingPods, undefined, { userAgent });
  for (const pod of listAt(list, 'items')) void look(pod);
  const from = textAt(list, 'metadata', 'resourceVersion') ?? '';
  for await (const line of api.lines(`${pendingPods}&watch=true&resourceVersion=${from}`, signal)) {
    const event: unknown = JSON.parse(line);
    const type = textAt(event, 'type');
    if (type === 'ERROR') return;
    // Also told of a pod that has started: it is no longer among the pending ones.
    if (type === 'DELETED') forget(valueAt(event, 'object'));
    else void look(valueAt(event, 'object'));
  }
}

function keyOf(pod: unknown): string {
  return `${textAt(pod, 'metadata', 'namespace')}/${textAt(pod, 'metadata', 'name')}`;
}

/** True when nothing is left to do for this pod. */
async function resolve(api: ApiClient, pod: unknown): Promise<boolean> {
  const references = configurationReferences(pod);
  if (references.length === 0) return true;
  const condition = listAt(pod, 'status', 'conditions').find(
    (candidate) => textAt(candidate, 'type') === configuredCondition,
  );
  if (textAt(condition, 'status') === 'True') return true;
  const namespace = textAt(pod, 'metadata', 'namespace') ?? '';
  const found = await readObjects(api, namespace, references);
  const problem = firstProblem(namespace, references, (kind, name) => found.get(`${kind} ${name}`));
  if (problem && textAt(condition, 'message') === problem.message) return false;
  const alive = await report(api, pod, problem);
  return !alive || problem === undefined;
}

async function readObjects(
  api: ApiClient,
  namespace: string,
  references: readonly Reference[],
): Promise<Map<string, string[]>> {
  const wanted = new Map(references.map(({ kind, name }) => [`${kind} ${name}`, { kind, name }]));
  const found = new Map<string, string[]>();
  await Promise.all(
    [...wanted].map(async ([key, { kind, name }]) => {
      const path = `/api/v1/namespaces/${namespace}/${kind === 'ConfigMap' ? 'configmaps' : 'secrets'}/${name}`;
      const object = await unlessAbsent(api.json('GET', path, undefined, { userAgent }));
      if (object === undefined) return;
      const parts = [valueAt(object, 'data'), valueAt(object, 'binaryData')];
      found.set(
        key,
        parts.flatMap((part) => (typeof part === 'object' && part !== null ? Object.keys(part) : [])),
      );
    }),
  );
  return found;
}

/** False when the pod, or the one of this name that was meant, is gone. */
async function report(api: ApiClient, pod: unknown, problem: Problem | undefined): Promise<boolean> {
  const path = `/api/v1/namespaces/${textAt(pod, 'metadata', 'namespace')}/pods/${textAt(pod, 'metadata', 'name')}/status`;
  const condition = {
    type: configuredCondition,
    status: problem ? 'False' : 'True',
    reason: problem?.reason ?? 'Found',
    message: problem?.message ?? '',
    lastTransitionTime: new Date().toISOString(),
  };
  const body = { metadata: { uid: textAt(pod, 'metadata', 'uid') }, status: { conditions: [condition] } };
  const contentType = 'application/strategic-merge-patch+json';
  try {
    await api.json('PATCH', path, body, { contentType, userAgent });
    return true;
  } catch (error) {
    if (error instanceof ApiRefusal && (error.status === 404 || error.status === 409)) return false;
    throw error;
  }
}

async function unlessAbsent(request: Promise<unknown>): Promise<unknown> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status === 404) return undefined;
    throw error;
  }
}
