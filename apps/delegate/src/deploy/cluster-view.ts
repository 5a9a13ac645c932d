import { setTimeout as delay } from 'node:timers/promises';
import { keyOf, keyOfObject } from '@slipway/deploy-engine';
import type { KubernetesObject, ObjectIdentity } from '@slipway/deploy-engine';
import type { Cluster, Collection, WatchEvent } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';

const POLL_MS = 2_000;

/** A collection to keep up with. */
export interface ViewedCollection extends Collection {
  labelSelector?: string;
  fieldSelector?: string;
  /** Polled, since watching it is not allowed. */
  poll?: boolean;
  /** Goes without it when the cluster refuses. */
  optional?: boolean;
}

/** Live objects as watches tell of them. */
export interface ClusterView {
  /** All objects of a kind that the view holds, of every namespace. */
  all(kind: string): KubernetesObject[];
  find(identity: ObjectIdentity): KubernetesObject | undefined;
  /** Resolves when every collection was listed once; rejects when one cannot be. */
  listed: Promise<void>;
  /** Counts changes: read it before looking, then wait with it, so that no change in between is missed. */
  revision(): number;
  /** Resolves once there is a change later than a revision; rejects when a watch cannot go on. */
  changed(after: number): Promise<void>;
  close(): void;
}

/** Opens watches that keep a picture of the collections until it is closed, or until its signal aborts. */
export function openClusterView(
  cluster: Cluster,
  collections: readonly ViewedCollection[],
  options: { signal: AbortSignal; onTrouble?: (collection: Collection, error: unknown) => void },
): ClusterView {
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const stores = collections.map(() => new Map<string, KubernetesObject>());
  let revision = 0;
  const waiting = new Set<() => void>();
  let failure: { error: unknown } | undefined;
  const notify = (): void => {
    revision += 1;
    for (const wake of waiting) wake();
  };
  const follow = async (
    collection: ViewedCollection,
    store: Map<string, KubernetesObject>,
    onListed: () => void,
  ): Promise<void> => {
    try {
      for await (const event of eventsOf(cluster, collection, signal, (error) =>
        options.onTrouble?.(collection, error),
      )) {
        record(store, event);
        if (event.type === 'listed') onListed();
        notify();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (collection.optional !== true) throw error;
      options.onTrouble?.(collection, error);
      onListed();
    }
  };
  const listed = Promise.all(
    collections.map(
      (collection, index) =>
        new Promise<void>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          follow(collection, stores[index] ?? new Map(), resolve).catch((error: unknown) => {
            failure = { error };
            reject(error);
            notify();
          });
        }),
    ),
  ).then(() => undefined);
  // Closing before anybody waited for it is no fault.
  listed.catch(() => undefined);
  return {
    all: (kind) =>
      stores.flatMap((store, index) => (collections[index]?.kind === kind ? [...store.values()] : [])),
    find: (identity) => {
      const key = keyOf(identity);
      return stores.map((store) => store.get(key)).find((object) => object !== undefined);
    },
    listed,
    revision: () => revision,
    changed: (after) =>
      new Promise<void>((resolve, reject) => {
        const settle = (): void => {
          if (failure === undefined && revision <= after) return;
          waiting.delete(settle);
          if (failure === undefined) resolve();
          else reject(failure.error);
        };
        waiting.add(settle);
        settle();
      }),
    close: () => closing.abort(new Error('The view was closed.')),
  };
}

function record(store: Map<string, KubernetesObject>, event: WatchEvent): void {
  if (event.type === 'listed') {
    store.clear();
    for (const object of event.items) store.set(keyOfObject(object), object);
  } else if (event.type === 'deleted') {
    store.delete(keyOfObject(event.object));
  } else {
    store.set(keyOfObject(event.object), event.object);
  }
}

async function* eventsOf(
  cluster: Cluster,
  collection: ViewedCollection,
  signal: AbortSignal,
  onTrouble: (error: unknown) => void,
): AsyncGenerator<WatchEvent> {
  const { labelSelector, fieldSelector } = collection;
  const selectors = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  if (collection.poll !== true) {
    try {
      yield* cluster.watch(collection, { ...selectors, signal, onTrouble });
      return;
    } catch (error) {
      // A right to watch that the review did not foresee to be missing.
      if (!isClusterError(error, 403) && !isClusterError(error, 405)) throw error;
      onTrouble(error);
    }
  }
  for (;;) {
    const { items } = await cluster.list(collection, { ...selectors, signal });
    yield { type: 'listed', items };
    await delay(POLL_MS, undefined, { signal });
  }
}
