import { writeTimeoutMs } from '@slipway/contracts';
import type { KubernetesObject } from '@slipway/deploy-engine';
import type { Cluster, HttpMethod, ObjectAddress, PatchOptions, RawRequest } from './cluster.ts';
import { isClusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import type { Discovery } from './discovery.ts';
import { linesOf } from './lines.ts';
import { readUpTo, send, sendJson } from './requests.ts';
import { readList, watchCollection } from './watch.ts';

const LOG_LIMIT_BYTES = 256 * 1024;

const patchTypes: Record<PatchOptions['type'], string> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

const dryRunQuery = (dryRun: boolean | undefined): Record<string, string> =>
  dryRun === true ? { dryRun: 'All' } : {};

/** A client over an open connection. `beforeWrite` is called right before each request that changes something. */
export function createCluster(
  connection: Connection,
  discovery: Discovery,
  beforeWrite: () => void,
): Cluster {
  const write = (method: HttpMethod, path: string, request: RawRequest): Promise<unknown> =>
    sendJson(connection, method, path, {
      ...request,
      // A hand-over waits this long after the lease for a write that is on its way.
      timeoutMs: Math.min(request.timeoutMs ?? writeTimeoutMs, writeTimeoutMs),
      beforeSend: beforeWrite,
    });
  const pathOfObject = (object: KubernetesObject, withName: boolean): Promise<string> =>
    discovery.pathOf({ ...addressOf(object), ...(withName ? { name: object.metadata.name } : {}) });

  return {
    address: connection.address,
    version: async (options) => {
      const answer = await sendJson(connection, 'GET', '/version', options);
      return textMember(answer, 'gitVersion');
    },
    resource: discovery.resource,
    pathOf: discovery.pathOf,
    get: async (address, options) =>
      orNull(sendJson(connection, 'GET', await discovery.pathOf(address, options), options)),
    list: async (collection, options) =>
      readList(connection, await discovery.pathOf(collection, options), options),
    watch: async function* (collection, options) {
      yield* watchCollection(connection, await discovery.pathOf(collection, options), options);
    },
    apply: async (object, { fieldManager, force, dryRun, subresource, ...options }) => {
      const path = await pathOfObject(object, true);
      const query = {
        fieldManager,
        force: force === true,
        fieldValidation: 'Strict',
        ...dryRunQuery(dryRun),
      };
      const request = { ...options, query, body: object, contentType: 'application/apply-patch+yaml' };
      return asObject(await write('PATCH', withSubresource(path, subresource), request));
    },
    create: async (object, { dryRun, fieldManager, ...options } = {}) => {
      const query = { fieldManager, ...dryRunQuery(dryRun) };
      return asObject(
        await write('POST', await pathOfObject(object, false), { ...options, query, body: object }),
      );
    },
    replace: async (object, { dryRun, fieldManager, subresource, ...options } = {}) => {
      const path = withSubresource(await pathOfObject(object, true), subresource);
      return asObject(
        await write('PUT', path, {
          ...options,
          query: { fieldManager, ...dryRunQuery(dryRun) },
          body: object,
        }),
      );
    },
    patch: async (address, patch, { type, fieldManager, dryRun, subresource, ...options }) => {
      const path = withSubresource(await discovery.pathOf(address, options), subresource);
      const query = { fieldManager, ...dryRunQuery(dryRun) };
      return asObject(
        await write('PATCH', path, { ...options, query, body: patch, contentType: patchTypes[type] }),
      );
    },
    remove: async (
      address,
      { dryRun, propagation, uid, resourceVersion, gracePeriodSeconds, ...options } = {},
    ) => {
      const path = await discovery.pathOf(address, options);
      const preconditions = {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      };
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagation ?? 'Background',
        ...(Object.keys(preconditions).length > 0 ? { preconditions } : {}),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      return orNull(write('DELETE', path, { ...options, query: dryRunQuery(dryRun), body }));
    },
    log: async (pod, { limitBytes = LOG_LIMIT_BYTES, ...options } = {}) => {
      const { signal, timeoutMs, ...query } = options;
      const body = await send(connection, 'GET', logPath(pod), {
        query: { ...query, limitBytes },
        ...(signal ? { signal } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return readUpTo(body, limitBytes);
    },
    logLines: async function* (pod, { signal, timeoutMs, ...query } = {}) {
      const body = await send(connection, 'GET', logPath(pod), {
        query: { ...query },
        streaming: true,
        ...(signal ? { signal } : {}),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      yield* linesOf(body, 1024 * 1024);
    },
    mayI: async (question, options) => {
      const { verb, group, resource, subresource, namespace, name } = question;
      const resourceAttributes = { verb, group, resource, subresource, namespace, name };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      // A review changes nothing, so that it needs no lease although it is a POST.
      const answer = await sendJson(connection, 'POST', path, { ...options, body });
      return member(member(answer, 'status'), 'allowed') === true;
    },
    whoAmI: async (options) => {
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const answer = await sendJson(connection, 'POST', path, { ...options, body });
      const user = member(member(answer, 'status'), 'userInfo');
      const groups = member(user, 'groups');
      return {
        username: textMember(user, 'username'),
        groups: Array.isArray(groups) ? groups.map(String) : [],
      };
    },
    json: (method, path, request) =>
      method === 'GET' ? sendJson(connection, method, path, request) : write(method, path, request ?? {}),
    close: () => connection.close(),
  };
}

function addressOf(object: KubernetesObject): Omit<ObjectAddress, 'name'> {
  const { namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
  };
}

function withSubresource(path: string, subresource: string | undefined): string {
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function logPath(pod: { namespace: string; name: string }): string {
  return `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`;
}

async function orNull(answer: Promise<unknown>): Promise<KubernetesObject | null> {
  try {
    return asObject(await answer);
  } catch (error) {
    if (isClusterError(error, 404) && error.reason === 'NotFound') return null;
    throw error;
  }
}

/** The API server answers these requests with the object itself (or, for some deletions, with a Status that has the same outline). */
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
