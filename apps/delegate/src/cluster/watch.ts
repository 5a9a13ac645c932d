import { setTimeout as delay } from 'node:timers/promises';
import type { KubernetesObject } from '@slipway/deploy-engine';
import type { ListOptions, ObjectList, RawRequest, WatchEvent, WatchOptions } from './cluster.ts';
import { ClusterError, isClusterError } from './cluster-error.ts';
import type { Connection } from './connection.ts';
import { linesOf } from './lines.ts';
import { send, sendJson } from './requests.ts';

const TIMEOUT_SECONDS = 290;
/** The server ends a watch by itself after `timeoutSeconds`; one that lives on is dead (NAT and load balancers drop silently). */
const STALL_AFTER_MS = (TIMEOUT_SECONDS + 30) * 1000;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;

/** Reads all pages of a collection. */
export async function readList(
  connection: Connection,
  path: string,
  options: ListOptions = {},
): Promise<ObjectList> {
  const items: KubernetesObject[] = [];
  let next: string | undefined;
  let resourceVersion: string;
  do {
    const query: RawRequest['query'] = {
      limit: options.limit ?? 500,
      continue: next,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    };
    // The shape of a list is part of Kubernetes' stable API; items lack the kind and version of the list.
    const page = (await sendJson(connection, 'GET', path, { ...options, query })) as RawList;
    if (!Array.isArray(page.items)) {
      throw new ClusterError(`The answer of ${path} is not a list`, { status: 200, reason: 'NotKubernetes' });
    }
    const kind = page.kind.replace(/List$/, '');
    for (const item of page.items) items.push({ ...item, apiVersion: page.apiVersion, kind });
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    resourceVersion = page.metadata.resourceVersion;
  } while (next !== undefined);
  return { items, resourceVersion };
}

interface RawList {
  kind: string;
  apiVersion: string;
  metadata: { resourceVersion: string; continue?: string };
  items: Omit<KubernetesObject, 'kind' | 'apiVersion'>[] & KubernetesObject[];
}

/** List, then watch, then again from where it stood, for ever: see `WatchEvent`. */
export async function* watchCollection(
  connection: Connection,
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void, void> {
  let resourceVersion: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  for (;;) {
    try {
      if (resourceVersion === undefined) {
        const list = await readList(connection, path, options);
        yield { type: 'listed', items: list.items };
        resourceVersion = list.resourceVersion;
      }
      for await (const step of watchOnce(connection, path, options, resourceVersion)) {
        retryMs = FIRST_RETRY_MS;
        resourceVersion = step.resourceVersion;
        if (step.event !== undefined) yield step.event;
      }
    } catch (error) {
      options.signal.throwIfAborted();
      if (isFinal(error)) throw error;
      if (isClusterError(error, 410)) resourceVersion = undefined;
      options.onTrouble?.(error, retryMs);
      await delay(retryMs, undefined, { signal: options.signal });
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }
}

interface WatchStep {
  resourceVersion: string;
  event?: WatchEvent;
}

async function* watchOnce(
  connection: Connection,
  path: string,
  options: WatchOptions,
  from: string,
): AsyncGenerator<WatchStep, void, void> {
  const stalled = AbortSignal.timeout(STALL_AFTER_MS);
  const body = await send(connection, 'GET', path, {
    signal: AbortSignal.any([options.signal, stalled]),
    streaming: true,
    query: {
      watch: true,
      allowWatchBookmarks: true,
      resourceVersion: from,
      timeoutSeconds: TIMEOUT_SECONDS,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    },
  });
  for await (const line of linesOf(body)) {
    if (line.trim() !== '') yield toStep(JSON.parse(line) as RawEvent);
  }
}

/** One line of a watch, as Kubernetes' API conventions write it. */
interface RawEvent {
  type: string;
  object: KubernetesObject & { code?: number; message?: string; reason?: string };
}

function toStep({ type, object }: RawEvent): WatchStep {
  if (type === 'ERROR') {
    const { code, reason, message } = object;
    throw new ClusterError(message ?? 'The watch failed', {
      status: code ?? 500,
      reason: reason ?? 'Unknown',
    });
  }
  const resourceVersion = object.metadata.resourceVersion ?? '';
  if (type === 'ADDED') return { resourceVersion, event: { type: 'added', object } };
  if (type === 'MODIFIED') return { resourceVersion, event: { type: 'modified', object } };
  if (type === 'DELETED') return { resourceVersion, event: { type: 'deleted', object } };
  return { resourceVersion };
}

/** Trying again would get the same answer. */
function isFinal(error: unknown): boolean {
  return error instanceof ClusterError && [400, 401, 403, 404, 405].includes(error.status);
}
