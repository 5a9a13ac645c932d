import type { ApiResource, Collection, RequestOptions } from './cluster.ts';
import { ClusterError, isClusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import { sendJson } from './requests.ts';

/** The kinds an API server serves, kept by group and version. */
export interface Discovery {
  resource(apiVersion: string, kind: string, options?: RequestOptions): Promise<ApiResource | null>;
  pathOf(target: Collection & { name?: string }, options?: RequestOptions): Promise<string>;
}

/** A kind that is not there is looked for anew at most this often: a CRD may have been applied a moment ago. */
const REFRESH_AFTER_MS = 1000;

interface Known {
  readAt: number;
  resources: Promise<Map<string, ApiResource>>;
}

export function createDiscovery(connection: Connection): Discovery {
  const known = new Map<string, Known>();

  const read = (apiVersion: string, options?: RequestOptions): Known => {
    const resources = readGroupVersion(connection, apiVersion, options);
    const entry = { readAt: Date.now(), resources };
    known.set(apiVersion, entry);
    resources.catch(() => {
      if (known.get(apiVersion) === entry) known.delete(apiVersion);
    });
    return entry;
  };

  const resource = async (
    apiVersion: string,
    kind: string,
    options?: RequestOptions,
  ): Promise<ApiResource | null> => {
    const entry = known.get(apiVersion);
    const found = (await (entry ?? read(apiVersion, options)).resources).get(kind);
    if (found !== undefined || entry === undefined) return found ?? null;
    if (Date.now() - entry.readAt < REFRESH_AFTER_MS) return null;
    return (await read(apiVersion, options).resources).get(kind) ?? null;
  };

  return {
    resource,
    pathOf: async (target, options) => {
      const found = await resource(target.apiVersion, target.kind, options);
      if (found === null) {
        throw new ClusterError(`The cluster knows no kind ${target.kind} in ${target.apiVersion}`, {
          status: 404,
          reason: 'UnknownKind',
        });
      }
      const namespace =
        found.namespaced && target.namespace !== undefined
          ? `/namespaces/${encodeURIComponent(target.namespace)}`
          : '';
      if (found.namespaced && namespace === '' && target.name !== undefined) {
        throw new Error(`${target.kind} ${target.name} is namespaced, but no namespace was given.`);
      }
      const name = target.name === undefined ? '' : `/${encodeURIComponent(target.name)}`;
      return `${groupPath(target.apiVersion)}${namespace}/${found.name}${name}`;
    },
  };
}

export function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function readGroupVersion(
  connection: Connection,
  apiVersion: string,
  options?: RequestOptions,
): Promise<Map<string, ApiResource>> {
  // Others wait for the same answer: one waiter's cancellation must not fail them, only the time limit is passed on.
  const limits = options?.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
  const list = await sendJson(connection, 'GET', groupPath(apiVersion), limits).catch((error: unknown) => {
    if (isClusterError(error, 404) && error.reason !== 'NotKubernetes') return { resources: [] };
    throw error;
  });
  const resources = new Map<string, ApiResource>();
  const entries: unknown =
    typeof list === 'object' && list !== null ? Reflect.get(list, 'resources') : undefined;
  if (!Array.isArray(entries)) {
    throw new ClusterError(`No API resource list at ${groupPath(apiVersion)}`, {
      status: 200,
      reason: 'NotKubernetes',
    });
  }
  // The shape of APIResource is part of Kubernetes' stable API.
  for (const entry of entries as ApiResource[]) {
    if (!entry.name.includes('/')) {
      const { name, kind, namespaced, verbs } = entry;
      resources.set(kind, { name, kind, namespaced, verbs });
    }
  }
  return resources;
}
