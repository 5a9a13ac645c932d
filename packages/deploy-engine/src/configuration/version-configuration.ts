import { asMap, canonicalJson, clone } from '../kubernetes-object.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { hasMarker } from '../markers.ts';
import type { SourcedObject } from '../manifests/parse-manifests.ts';
import { namesReferredElsewhere } from './other-references.ts';
import { podReferences } from './pod-references.ts';
import type { ConfigurationKind } from './pod-references.ts';

/** On a version: what it is called in the manifests. */
export const VERSION_OF_ANNOTATION = 'slipway.dev/version-of';
/** On a version, so that versions can be listed. */
export const CONFIGURATION_VERSION_LABEL = 'slipway.dev/configuration-version';

/** Hexadecimal SHA-256 of a text, given by the caller, since this package does no I/O. */
export type Hash = (text: string) => string;

export interface VersionedName {
  kind: ConfigurationKind;
  namespace: string;
  name: string;
  versionedName: string;
}

export interface VersionedSet {
  objects: SourcedObject[];
  versioned: VersionedName[];
  /** Configuration that keeps its name, and why. */
  unversioned: { kind: string; namespace: string; name: string; reason: string }[];
}

/**
 * Gives each ConfigMap and Secret that only pod specs refer to a name with a short hash of its content, and rewrites
 * those references, so that changed configuration starts new pods and unchanged configuration starts none.
 */
export function versionConfiguration(
  objects: readonly SourcedObject[],
  options: { hash: Hash; skip?: boolean },
): VersionedSet {
  const copies = objects.map(({ object, source }) => ({
    object: withPlainSecretData(clone(object)),
    source,
  }));
  const result: VersionedSet = { objects: copies, versioned: [], unversioned: [] };
  const used = new Set(
    copies.flatMap(({ object }) => podReferences(object).map((item) => keyOf(object, item.kind, item.name))),
  );
  const elsewhere = referredElsewhere(copies);
  const names = new Map<string, string>();
  for (const { object } of copies) {
    const kind = configurationKind(object);
    if (kind === undefined) continue;
    const { name, namespace = '' } = object.metadata;
    const key = keyOf(object, kind, name);
    const reason =
      options.skip === true
        ? 'versioning is switched off for this manifest'
        : keepsName(object, used.has(key), elsewhere.has(`${namespace}/${name}`));
    if (reason !== undefined) {
      result.unversioned.push({ kind, namespace, name, reason });
      continue;
    }
    const versionedName = toVersionedName(name, contentHash(object, options.hash));
    names.set(key, versionedName);
    result.versioned.push({ kind, namespace, name, versionedName });
    markVersion(object, versionedName);
  }
  for (const { object } of copies) {
    for (const reference of podReferences(object)) {
      const versionedName = names.get(keyOf(object, reference.kind, reference.name));
      if (versionedName !== undefined) reference.holder[reference.field] = versionedName;
    }
  }
  return result;
}

function configurationKind(object: KubernetesObject): ConfigurationKind | undefined {
  if (object.apiVersion !== 'v1') return undefined;
  return object.kind === 'ConfigMap' || object.kind === 'Secret' ? object.kind : undefined;
}

function keyOf(object: KubernetesObject, kind: ConfigurationKind, name: string): string {
  return `${kind}/${object.metadata.namespace ?? ''}/${name}`;
}

function keepsName(
  object: KubernetesObject,
  isUsed: boolean,
  isReferredElsewhere: boolean,
): string | undefined {
  if (hasMarker(object, 'skipVersioning')) return 'its annotation says so';
  if (object['type'] === 'kubernetes.io/service-account-token')
    return 'Kubernetes fills it in under its own name';
  if (isReferredElsewhere) return 'something other than a pod spec refers to it';
  return isUsed ? undefined : 'no pod spec of this release refers to it';
}

function referredElsewhere(objects: readonly SourcedObject[]): Set<string> {
  const names = new Set<string>();
  for (const { object } of objects) {
    if (configurationKind(object) !== undefined) continue;
    const { namespace } = object.metadata;
    const places = namespace === undefined ? allNamespaces(objects) : [namespace];
    for (const name of namesReferredElsewhere(object))
      for (const place of places) names.add(`${place}/${name}`);
  }
  return names;
}

// A cluster-scoped object may mean an object of any namespace.
function allNamespaces(objects: readonly SourcedObject[]): Set<string> {
  return new Set(objects.map(({ object }) => object.metadata.namespace ?? ''));
}

function contentHash(object: KubernetesObject, hash: Hash): string {
  const content = {
    kind: object.kind,
    type: object['type'],
    data: object['data'] ?? {},
    binaryData: object['binaryData'] ?? {},
  };
  return hash(canonicalJson(content)).slice(0, 10);
}

/** `<name>-<hash>`, the name shortened so that the whole stays within the 253 characters of a name. */
export function toVersionedName(name: string, shortHash: string): string {
  const room = 253 - shortHash.length - 1;
  return `${name.slice(0, room).replace(/[-.]+$/, '')}-${shortHash}`;
}

function markVersion(object: KubernetesObject, versionedName: string): void {
  const { metadata } = object;
  metadata.annotations = { ...metadata.annotations, [VERSION_OF_ANNOTATION]: metadata.name };
  metadata.labels = { ...metadata.labels, [CONFIGURATION_VERSION_LABEL]: 'true' };
  metadata.name = versionedName;
}

/**
 * `stringData` is write-only and merged by the server: a key that is later left out would stay. As `data` it is owned
 * key by key, and goes.
 */
export function withPlainSecretData(object: KubernetesObject): KubernetesObject {
  const plain = asMap(object['stringData']);
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1' || plain === undefined) return object;
  const data: Record<string, unknown> = { ...asMap(object['data']) };
  for (const [key, value] of Object.entries(plain))
    data[key] = typeof value === 'string' ? toBase64(value) : value;
  const { stringData: _stringData, ...rest } = object;
  return { ...rest, data };
}

function toBase64(text: string): string {
  let binary = '';
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Names of configuration that objects still use: `Kind/namespace/name`. */
export function configurationInUse(objects: readonly KubernetesObject[]): Set<string> {
  return new Set(
    objects.flatMap((object) => podReferences(object).map((item) => keyOf(object, item.kind, item.name))),
  );
}

/** The versions that nothing needs any more: in no kept release and named by no live object that makes pods. */
export function unneededVersions(
  versions: readonly KubernetesObject[],
  kept: ReadonlySet<string>,
  inUse: ReadonlySet<string>,
): KubernetesObject[] {
  return versions.filter((object) => {
    const kind = configurationKind(object);
    if (kind === undefined || object.metadata.labels?.[CONFIGURATION_VERSION_LABEL] !== 'true') return false;
    const key = keyOf(object, kind, object.metadata.name);
    return !kept.has(key) && !inUse.has(key);
  });
}
