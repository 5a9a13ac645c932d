import type { ChangeAction } from './change-set.ts';
import type { ObjectAddress } from './identity.ts';
import { keyOf } from './identity.ts';
import type { KubernetesObject } from './kubernetes-object.ts';

export const releaseStatuses = ['in-progress', 'succeeded', 'failed', 'rolled-back'] as const;
export type ReleaseStatus = (typeof releaseStatuses)[number];

/** Who a release name belongs to: one service at one infrastructure of one installation. */
export interface ReleaseOwner {
  installation: string;
  service: string;
  environment: string;
  infrastructure: string;
}

/** The step of the execution that made a release; a repeat of it continues the same release. */
export interface ReleaseStep {
  executionId: string;
  node: string;
  pipeline: string;
  sequence: number;
  startedBy: string;
}

/** One object a release holds. `hash` (of what was applied) is absent for Secrets. */
export interface InventoryEntry extends ObjectAddress {
  uid?: string;
  action?: ChangeAction;
  hash?: string;
  /** What was to be done, written before the first write: 'create' claims an object that did not exist. */
  planned?: 'create' | 'configure' | 'replace' | 'leave';
  /** Uid of the object that was there before the release; absent when there was none. */
  before?: string;
}

/** The index part of a release's record in the cluster. The manifests are in the chunks it names, in order. */
export interface ReleaseIndex {
  schemaVersion: 1;
  releaseName: string;
  number: number;
  status: ReleaseStatus;
  owner: ReleaseOwner;
  step: ReleaseStep;
  namespace: string;
  createdAt: string;
  endedAt?: string;
  previousSuccessful?: number;
  inventory: InventoryEntry[];
  images: string[];
  planDigest: string;
  chunks: string[];
  /** Of the stored manifests, to notice a record that was tampered with or cut. */
  manifestsDigest: string;
}

export const RECORD_TYPE = 'slipway.dev/release';
export const RECORD_LABEL = 'slipway.dev/record-of';
export const RECORD_NUMBER_LABEL = 'slipway.dev/record-number';
export const RECORD_PART_LABEL = 'slipway.dev/record-part';
/** Bytes of one chunk before base64; with it a Secret stays below the 1 MiB that Kubernetes allows. */
export const CHUNK_BYTES = 768 * 1024;

export function indexName(releaseName: string, number: number): string {
  return `slipway.release.${releaseName}.v${number}`;
}

export function chunkName(releaseName: string, number: number, writer: string, position: number): string {
  return `slipway.release.${releaseName}.v${number}.${writer}.${position}`;
}

/** The number the next release gets: one more than the highest ever recorded, whatever became of it. */
export function nextReleaseNumber(indexes: readonly ReleaseIndex[]): number {
  return indexes.reduce((highest, index) => Math.max(highest, index.number), 0) + 1;
}

/** The newest successful release before a number. */
export function lastSuccessful(
  indexes: readonly ReleaseIndex[],
  before = Number.POSITIVE_INFINITY,
): ReleaseIndex | undefined {
  return indexes
    .filter((index) => index.status === 'succeeded' && index.number < before)
    .toSorted((left, right) => right.number - left.number)[0];
}

/** The release that a step of an execution made, however far it came. */
export function releaseOfStep(
  indexes: readonly ReleaseIndex[],
  executionId: string,
  node: string,
): ReleaseIndex | undefined {
  return indexes
    .filter((index) => index.step.executionId === executionId && index.step.node === node)
    .toSorted((left, right) => right.number - left.number)[0];
}

/** Whose release name it is, when it is somebody else's. */
export function otherOwner(indexes: readonly ReleaseIndex[], owner: ReleaseOwner): ReleaseOwner | undefined {
  return indexes.find(
    ({ owner: known }) =>
      known.installation !== owner.installation ||
      known.service !== owner.service ||
      known.environment !== owner.environment ||
      known.infrastructure !== owner.infrastructure,
  )?.owner;
}

/**
 * The releases to forget: beyond the newest `retention` successful ones, everything older than the oldest kept, and
 * failed ones older than the last success. The current one always stays.
 */
export function releasesToForget(
  indexes: readonly ReleaseIndex[],
  retention: number,
  current: number,
): ReleaseIndex[] {
  const newestFirst = indexes.toSorted((left, right) => right.number - left.number);
  const kept = newestFirst.filter((index) => index.status === 'succeeded').slice(0, retention);
  const oldestKept = kept.at(-1)?.number ?? 0;
  const full = kept.length >= retention;
  return newestFirst.filter((index) => {
    if (index.number >= current || kept.includes(index)) return false;
    return full ? index.number < oldestKept : newestFirst.indexOf(index) >= retention * 2;
  });
}

/** Keys of everything in an inventory. */
export function inventoryKeys(inventory: readonly InventoryEntry[]): Set<string> {
  return new Set(inventory.map((entry) => keyOf(entry)));
}

/** Images of all containers in a set, each once, sorted. */
export function imagesOf(objects: readonly KubernetesObject[]): string[] {
  const images = new Set<string>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if ((key === 'containers' || key === 'initContainers') && Array.isArray(item)) {
          for (const container of item) {
            const image: unknown =
              typeof container === 'object' && container !== null
                ? Reflect.get(container, 'image')
                : undefined;
            if (typeof image === 'string') images.add(image);
          }
        }
        visit(item);
      }
    }
  };
  for (const object of objects) visit(object['spec']);
  return [...images].toSorted();
}
