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
const POLL_MS = 2000;

/** Reads all pages of a collection. */
export async function readList(connection: Connection, path: string, options: ListOptions = {}): Promise<ObjectList> {
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
    const { signal, timeoutMs } = options;
    const limits = { ...(signal ? { signal } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    // The shape of a list is part of Kubernetes' stable API.
    const page = (await sendJson(connection, 'GET', path, { ...limits, query })) as RawList;
    if (typeof page !== 'object' || page === null || page.metadata === undefined || page.kind === undefined) {
      throw new ClusterError(`The answer of ${path} is not a list`, { status: 200, reason: 'NotKubernetes' });
    }
    const kind = page.kind.replace(/List$/, '');
    // The items of a list lack kind and version; an empty list of some aggregated APIs has null for items.
    for (const item of page.items ?? []) items.push({ ...item, apiVersion: page.apiVersion, kind });
    next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    resourceVersion = page.metadata.resourceVersion;
  } while (next !== undefined);
  return { items, resourceVersion };
}

interface RawList {
  kind: string;
  apiVersion: string;
  metadata: { resourceVersion: string; continue?: string };
  items?: KubernetesObject[] | null;
}

/** See `Cluster.watch`. */
export async function* watchCollection(
  connection: Connection,
  path: string,
  options: WatchOptions,
): AsyncGenerator<WatchEvent, void, void> {
  const seen = new Seen();
  let resourceVersion: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  let polling = false;
  while (!options.signal.aborted) {
    try {
      if (resourceVersion === undefined || polling) {
        const list = await readList(connection, path, options);
        yield* seen.changesTo(list.items);
        yield { type: 'synced' };
        resourceVersion = list.resourceVersion;
      }
      if (polling) await delay(POLL_MS, undefined, { signal: options.signal });
      else {
        for await (const step of watchOnce(connection, path, options, resourceVersion)) {
          retryMs = FIRST_RETRY_MS;
          resourceVersion = step.resourceVersion;
          if (step.event !== undefined) yield seen.note(step.event);
        }
      }
    } catch (error) {
      if (options.signal.aborted) return;
      // A list succeeded, so that it is the verb `watch` that is refused or not offered.
      if (!polling && resourceVersion !== undefined && (isClusterError(error, 403) || isClusterError(error, 405))) {
        polling = true;
        options.onPolling?.();
        continue;
      }
      if (isFinal(error)) throw error;
      if (isClusterError(error, 410)) resourceVersion = undefined;
      options.onTrouble?.(error, retryMs);
      await delay(retryMs, undefined, { signal: options.signal }).catch(() => {});
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }
}

/** What has been told so far, so that a relist tells only what changed. */
class Seen {
  private objects = new Map<string, KubernetesObject>();

  note<E extends Exclude<WatchEvent, { type: 'synced' }>>(event: E): E {
    const key = keyOf(event.object);
    if (event.type === 'deleted') this.objects.delete(key);
    else this.objects.set(key, event.object);
    return event;
  }

  *changesTo(items: KubernetesObject[]): Generator<WatchEvent, void, void> {
    const gone = new Map(this.objects);
    for (const object of items) {
      const former = this.objects.get(keyOf(object));
      gone.delete(keyOf(object));
      if (former === undefined) yield this.note({ type: 'added', object });
      else if (former.metadata.resourceVersion !== object.metadata.resourceVersion) {
        yield this.note({ type: 'modified', object });
      }
    }
    for (const object of gone.values()) yield this.note({ type: 'deleted', object });
  }
}

/** By uid: an object that was deleted and made again under its name is another one. */
function keyOf(object: KubernetesObject): string {
  return object.metadata.uid ?? `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

interface WatchStep {
  resourceVersion: string;
  event?: Exclude<WatchEvent, { type: 'synced' }>;
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
    // One line of a watch, as Kubernetes' API conventions write it.
    if (line.trim() !== '') yield toStep(JSON.parse(line) as RawEvent);
  }
}

interface RawEvent {
  type: string;
  object: KubernetesObject & { code?: number; message?: string; reason?: string };
}

function toStep({ type, object }: RawEvent): WatchStep {
  if (type === 'ERROR') {
    const { code, reason, message } = object;
    throw new ClusterError(message ?? 'The watch failed', { status: code ?? 500, reason: reason ?? 'Unknown' });
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
