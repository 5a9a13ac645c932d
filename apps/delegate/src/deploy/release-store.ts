import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  at,
  canonicalJson,
  CHUNK_BYTES,
  FIELD_MANAGER,
  indexName,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  RECORD_LABEL,
  RECORD_NUMBER_LABEL,
  RECORD_PART_LABEL,
  RECORD_TYPE,
} from '@slipway/deploy-engine';
import type { KubernetesObject, ReleaseIndex, ReleaseOwner, SourcedObject } from '@slipway/deploy-engine';
import type { Cluster } from '../cluster/cluster.ts';
import { isClusterError } from '../cluster/cluster-error.ts';
import { DeployFailure } from './deploy-failure.ts';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
// A record is read back by us alone; more than this is no record of ours.
const LARGEST_RECORD_BYTES = 256 * 1024 * 1024;

/** The record of releases in a namespace: Secrets, so that secret values in manifests stay in the cluster. */
export interface ReleaseStore {
  list(): Promise<ReleaseIndex[]>;
  /** Writes manifests, then the index, whose creation claims the number; a lost race takes the next one. */
  claim(index: ReleaseIndex, objects: readonly SourcedObject[]): Promise<ReleaseIndex>;
  /** Writes the index anew; with objects, the manifests too (an interrupted release that goes on). */
  update(index: ReleaseIndex, objects?: readonly SourcedObject[]): Promise<ReleaseIndex>;
  manifests(index: ReleaseIndex): Promise<SourcedObject[]>;
  forget(index: ReleaseIndex): Promise<void>;
  /** The cluster's clock at the last write of an index (RFC 3339), to compare times of events with. */
  clock(): string;
}

/** On an index, so that whose release it is can be told without unpacking it. */
export const RECORD_OWNER_LABEL = 'slipway.dev/record-owner';

export function ownerDigest(owner: ReleaseOwner): string {
  return sha256(canonicalJson(owner)).slice(0, 16);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function createReleaseStore(
  cluster: Cluster,
  place: { namespace: string; releaseName: string; signal: AbortSignal },
): ReleaseStore {
  const { namespace, releaseName, signal } = place;
  const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });

  let clock = new Date().toISOString();
  const readClock = (written: KubernetesObject): void => {
    const times = (written.metadata.managedFields ?? []).map((entry) => entry.time ?? '');
    clock = times.toSorted().at(-1) ?? clock;
  };

  // A patch, so that the verbs every deployment needs are enough: `update` is not among them.
  const rewrite = (object: KubernetesObject): Promise<KubernetesObject> =>
    cluster.patch(
      secret(object.metadata.name),
      { metadata: { labels: object.metadata.labels }, data: object['data'] },
      { type: 'merge', fieldManager: FIELD_MANAGER, signal },
    );

  const put = async (object: KubernetesObject): Promise<void> => {
    try {
      await cluster.create(object, { fieldManager: FIELD_MANAGER, signal });
    } catch (error) {
      // Left by the same step before it was interrupted; its name holds the digest of its content.
      if (!isClusterError(error, 409)) throw error;
      await rewrite(object);
    }
  };

  const writeChunks = async (
    index: ReleaseIndex,
    objects: readonly SourcedObject[],
  ): Promise<ReleaseIndex> => {
    const text = JSON.stringify(objects);
    const manifestsDigest = sha256(text);
    const step = sha256(`${index.step.executionId} ${index.step.node}`).slice(0, 8);
    const packed = await zip(text);
    const chunks: string[] = [];
    for (let start = 0; start < packed.length; start += CHUNK_BYTES) {
      const name = `slipway.release.${releaseName}.part.${step}.${manifestsDigest.slice(0, 8)}.${chunks.length}`;
      const data = { chunk: packed.subarray(start, start + CHUNK_BYTES).toString('base64') };
      await put(recordSecret(place, name, 'chunk', data, {}));
      chunks.push(name);
    }
    return { ...index, chunks, manifestsDigest };
  };

  const indexSecret = async (index: ReleaseIndex): Promise<KubernetesObject> => {
    const data = { release: (await zip(JSON.stringify(index))).toString('base64') };
    const labels = {
      [RECORD_NUMBER_LABEL]: String(index.number),
      [RECORD_OWNER_LABEL]: ownerDigest(index.owner),
      'slipway.dev/record-status': index.status,
    };
    return recordSecret(place, indexName(releaseName, index.number), 'index', data, labels);
  };

  const store: ReleaseStore = {
    list: async () => {
      const labelSelector = `${RECORD_LABEL}=${releaseName},${RECORD_PART_LABEL}=index`;
      const { items } = await cluster.list(
        { apiVersion: 'v1', kind: 'Secret', namespace },
        { labelSelector, signal },
      );
      const indexes = await Promise.all(items.map(readIndex));
      return indexes.toSorted((left, right) => left.number - right.number);
    },
    claim: async (index, objects) => {
      let claimed = await writeChunks(index, objects);
      for (;;) {
        try {
          readClock(
            await cluster.create(await indexSecret(claimed), { fieldManager: FIELD_MANAGER, signal }),
          );
          return claimed;
        } catch (error) {
          if (!isClusterError(error, 409)) throw error;
          claimed = { ...claimed, number: claimed.number + 1 };
        }
      }
    },
    update: async (index, objects) => {
      const written = objects === undefined ? index : await writeChunks(index, objects);
      readClock(await rewrite(await indexSecret(written)));
      const replaced = index.chunks.filter((name) => !written.chunks.includes(name));
      for (const name of replaced) await cluster.remove(secret(name), { signal });
      return written;
    },
    manifests: async (index) => {
      const parts: Buffer[] = [];
      for (const name of index.chunks) {
        const object = await cluster.get(secret(name), { signal });
        const chunk = at(object, 'data', 'chunk');
        if (typeof chunk !== 'string') throw damaged(index, `its part ${name} is missing`);
        parts.push(Buffer.from(chunk, 'base64'));
      }
      const text = (await unzip(Buffer.concat(parts), { maxOutputLength: LARGEST_RECORD_BYTES })).toString(
        'utf8',
      );
      if (sha256(text) !== index.manifestsDigest)
        throw damaged(index, 'its manifests are not those that were stored');
      // Written by `writeChunks` and unchanged, as the digest shows.
      return JSON.parse(text) as SourcedObject[];
    },
    clock: () => clock,
    forget: async (index) => {
      for (const name of index.chunks) await cluster.remove(secret(name), { signal });
      await cluster.remove(secret(indexName(releaseName, index.number)), { signal });
    },
  };
  return store;
}

async function readIndex(object: KubernetesObject): Promise<ReleaseIndex> {
  const packed = at(object, 'data', 'release');
  const text = await unzip(Buffer.from(typeof packed === 'string' ? packed : '', 'base64'), {
    maxOutputLength: LARGEST_RECORD_BYTES,
  }).catch(() => undefined);
  const index: unknown = text === undefined ? undefined : JSON.parse(text.toString('utf8'));
  if (at(index, 'schemaVersion') !== 1) {
    throw new DeployFailure({
      code: 'release.record_unreadable',
      errorType: 'ConfigurationFailure',
      message: `The release record ${object.metadata.name} cannot be read.`,
      hints: [
        'It was changed by hand, or written by a newer Slipway. Delete the Secret to start a new history.',
      ],
    });
  }
  // The one shape of schema version 1; only this file writes it.
  return index as ReleaseIndex;
}

function damaged(index: ReleaseIndex, what: string): DeployFailure {
  return new DeployFailure({
    code: 'release.record_unreadable',
    errorType: 'ConfigurationFailure',
    message: `The record of release ${index.number} is damaged: ${what}.`,
    hints: ['Deploy again instead of rolling back: that needs no earlier record.'],
  });
}

function recordSecret(
  place: { namespace: string; releaseName: string },
  name: string,
  part: 'index' | 'chunk',
  data: Record<string, string>,
  labels: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: RECORD_TYPE,
    metadata: {
      name,
      namespace: place.namespace,
      // Not the release's own label: a record is no object of the release.
      labels: {
        [MANAGED_BY_LABEL]: MANAGED_BY_VALUE,
        [RECORD_LABEL]: place.releaseName,
        [RECORD_PART_LABEL]: part,
        ...labels,
      },
    },
    data,
  };
}
