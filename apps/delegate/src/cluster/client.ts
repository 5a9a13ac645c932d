import type { KubernetesObject } from '@slipway/deploy-engine';
import type { Cluster, HttpMethod, LogOptions, PatchType, RawRequest } from './cluster.ts';
import { isClusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { linesOf } from './lines.ts';
import { readUpTo, send, sendJson } from './requests.ts';
import { readList, watchCollection } from './watch.ts';

const LOG_LIMIT_BYTES = 256 * 1024;
const LOG_LINE_LIMIT_BYTES = 1024 * 1024;

const patchTypes: Record<PatchType, string> = {
  'json-patch': 'application/json-patch+json',
  'merge-patch': 'application/merge-patch+json',
  'strategic-merge-patch': 'application/strategic-merge-patch+json',
};

const dryRunQuery = (dryRun: boolean | undefined): Record<string, string> => (dryRun === true ? { dryRun: 'All' } : {});

/** A client over an open connection. `beforeWrite` is called right before each request that changes something. */
export function createCluster(connection: Connection, discovery: Discovery, beforeWrite: () => void): Cluster {
  const write = (method: HttpMethod, path: string, request: RawRequest): Promise<unknown> =>
    sendJson(connection, method, path, { ...request, beforeSend: beforeWrite });
  return {
    address: connection.address,
    ...reads(connection, discovery),
    ...writes(discovery, write),
    ...reviews(connection),
    json: (method, path, request) =>
      method === 'GET' ? sendJson(connection, method, path, request) : write(method, path, request ?? {}),
    close: () => connection.close(),
  };
}

type Write = (method: HttpMethod, path: string, request: RawRequest) => Promise<unknown>;

function reads(
  connection: Connection,
  discovery: Discovery,
): Pick<Cluster, 'version' | 'resource' | 'get' | 'list' | 'watch' | 'log' | 'followLog'> {
  const openLog = (pod: { namespace: string; name: string }, options: LogOptions, extra: { follow?: true }) => {
    const { signal, timeoutMs, ...query } = options;
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
    return send(connection, 'GET', path, {
      query: { ...query, ...extra },
      streaming: extra.follow === true,
      ...(signal ? { signal } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  };
  return {
    version: async (options) => textMember(await sendJson(connection, 'GET', '/version', options), 'gitVersion'),
    resource: discovery.resource,
    get: async (reference, options) => {
      const path = await discovery.pathOf(reference, options);
      return unlessAbsent(async () => asObject(await sendJson(connection, 'GET', path, options)));
    },
    list: async (kind, options) => readList(connection, await collectionPath(discovery, kind, options), options),
    watch: async function* (kind, options) {
      yield* watchCollection(connection, await collectionPath(discovery, kind, options), options);
    },
    log: async (pod, options = {}) => {
      const limitBytes = options.limitBytes ?? LOG_LIMIT_BYTES;
      return readUpTo(await openLog(pod, { ...options, limitBytes }, {}), limitBytes);
    },
    followLog: async function* (pod, options = {}) {
      yield* linesOf(await openLog(pod, options, { follow: true }), LOG_LINE_LIMIT_BYTES);
    },
  };
}

function writes(discovery: Discovery, write: Write): Pick<Cluster, 'create' | 'apply' | 'replace' | 'patch' | 'delete'> {
  const pathOfObject = async (object: KubernetesObject, subresource: string | undefined): Promise<string> => {
    const { name, namespace } = object.metadata;
    const path = await discovery.pathOf({ ...kindOf(object), name, ...(namespace === undefined ? {} : { namespace }) });
    return subresource === undefined ? path : `${path}/${subresource}`;
  };
  return {
    create: async (object, { dryRun, fieldManager, ...options } = {}) => {
      const { namespace } = object.metadata;
      const path = await discovery.pathOf({ ...kindOf(object), ...(namespace === undefined ? {} : { namespace }) });
      const query = { fieldManager, ...dryRunQuery(dryRun) };
      return asObject(await write('POST', path, { ...options, query, body: object }));
    },
    apply: async (object, { fieldManager, force, dryRun, subresource, ...options }) => {
      const query = { fieldManager, force: force === true, fieldValidation: 'Strict', ...dryRunQuery(dryRun) };
      const request = { ...options, query, body: object, contentType: 'application/apply-patch+yaml' };
      return asObject(await write('PATCH', await pathOfObject(object, subresource), request));
    },
    replace: async (object, { dryRun, fieldManager, subresource, ...options } = {}) => {
      const query = { fieldManager, ...dryRunQuery(dryRun) };
      return asObject(await write('PUT', await pathOfObject(object, subresource), { ...options, query, body: object }));
    },
    patch: async (reference, type, body, { fieldManager, dryRun, subresource, ...options } = {}) => {
      const path = await discovery.pathOf(reference, options);
      const query = { fieldManager, ...dryRunQuery(dryRun) };
      const request = { ...options, query, body, contentType: patchTypes[type] };
      return asObject(await write('PATCH', subresource === undefined ? path : `${path}/${subresource}`, request));
    },
    delete: async (reference, { dryRun, propagationPolicy, uid, gracePeriodSeconds, ...options } = {}) => {
      const path = await discovery.pathOf(reference, options);
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagationPolicy ?? 'Background',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      const answer = await unlessAbsent(() => write('DELETE', path, { ...options, query: dryRunQuery(dryRun), body }));
      return answer !== undefined;
    },
  };
}

/** Reviews are POSTs that change nothing: they need no lease. */
function reviews(connection: Connection): Pick<Cluster, 'review' | 'whoAmI'> {
  return {
    review: async ({ verb, group, resource, subresource, namespace, name }, options) => {
      const resourceAttributes = { verb, group, resource, subresource, namespace, name };
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const status = member(await sendJson(connection, 'POST', path, { ...options, body }), 'status');
      const reason = textMember(status, 'reason');
      return { allowed: member(status, 'allowed') === true, ...(reason === '' ? {} : { reason }) };
    },
    whoAmI: async (options) => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const user = member(member(await sendJson(connection, 'POST', path, { ...options, body }), 'status'), 'userInfo');
      const groups = member(user, 'groups');
      return { username: textMember(user, 'username'), groups: Array.isArray(groups) ? groups.map(String) : [] };
    },
  };
}

function kindOf({ apiVersion, kind }: KubernetesObject): { apiVersion: string; kind: string } {
  return { apiVersion, kind };
}

function collectionPath(
  discovery: Discovery,
  kind: { apiVersion: string; kind: string },
  options: { namespace?: string; signal?: AbortSignal } = {},
): Promise<string> {
  const { namespace } = options;
  return discovery.pathOf({ apiVersion: kind.apiVersion, kind: kind.kind, ...(namespace === undefined ? {} : { namespace }) });
}

async function unlessAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isClusterError(error, 404) && error.reason === 'NotFound') return undefined;
    throw error;
  }
}

/** The API server answers these requests with the object itself. */
function asObject(answer: unknown): KubernetesObject {
  return answer as KubernetesObject;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textMember(value: unknown, name: string): string {
  const found = member(value, name);
  return typeof found === 'string' ? found : '';
}
