import { listAt, textAt, valueAt } from '../json-path.ts';

/** A ConfigMap or Secret without which a pod cannot start, and where the pod asks for it. */
export interface Reference {
  kind: 'ConfigMap' | 'Secret';
  name: string;
  /** Entries that must be there; none: the object alone is enough. */
  keys: string[];
  /** The volume it is mounted by; undefined for environment variables. */
  volume?: string;
}

/** Why a pod cannot start. */
export interface Problem {
  /** `FailedMount`: the kubelet waits before it creates containers; the other stops a single container. */
  reason: 'FailedMount' | 'CreateContainerConfigError';
  message: string;
}

/** The entries of a ConfigMap or Secret; undefined when there is no such object. */
export type Lookup = (kind: Reference['kind'], name: string) => readonly string[] | undefined;

/** The volume with the credentials of the service account; the API server adds it to every pod. */
const accessVolumePrefix = 'kube-api-access-';

/** Everything a pod must find, volumes first as the kubelet looks for them. Optional references are left out. */
export function configurationReferences(pod: unknown): Reference[] {
  const containers = [...listAt(pod, 'spec', 'initContainers'), ...listAt(pod, 'spec', 'containers')];
  const volumes = listAt(pod, 'spec', 'volumes').filter(
    (volume) => !(textAt(volume, 'name') ?? '').startsWith(accessVolumePrefix),
  );
  return [...volumes.flatMap(volumeReferences), ...containers.flatMap(environmentReferences)];
}

/** The first thing that is missing, in the kubelet's words. */
export function firstProblem(
  namespace: string,
  references: readonly Reference[],
  lookup: Lookup,
): Problem | undefined {
  for (const reference of references) {
    const present = lookup(reference.kind, reference.name);
    const missingKey = reference.keys.find((key) => present !== undefined && !present.includes(key));
    if (present === undefined)
      return problem(reference, `${reference.kind.toLowerCase()} "${reference.name}" not found`);
    if (missingKey !== undefined) return problem(reference, keyNotFound(namespace, reference, missingKey));
  }
  return undefined;
}

function problem({ volume }: Reference, message: string): Problem {
  return volume === undefined
    ? { reason: 'CreateContainerConfigError', message }
    : { reason: 'FailedMount', message: `MountVolume.SetUp failed for volume "${volume}" : ${message}` };
}

function keyNotFound(namespace: string, { kind, name, volume }: Reference, key: string): string {
  if (volume === undefined) return `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
  return `references non-existent ${kind === 'ConfigMap' ? 'config' : 'secret'} key: ${key}`;
}

function environmentReferences(container: unknown): Reference[] {
  const single = listAt(container, 'env').flatMap((variable) => [
    ...reference('ConfigMap', valueAt(variable, 'valueFrom', 'configMapKeyRef')),
    ...reference('Secret', valueAt(variable, 'valueFrom', 'secretKeyRef')),
  ]);
  const whole = listAt(container, 'envFrom').flatMap((source) => [
    ...reference('ConfigMap', valueAt(source, 'configMapRef')),
    ...reference('Secret', valueAt(source, 'secretRef')),
  ]);
  return [...whole, ...single];
}

function volumeReferences(volume: unknown): Reference[] {
  const sources = [volume, ...listAt(volume, 'projected', 'sources')];
  const name = textAt(volume, 'name') ?? '';
  return sources
    .flatMap((source) => [
      ...reference('ConfigMap', valueAt(source, 'configMap')),
      ...reference('Secret', valueAt(source, 'secret')),
    ])
    .map((found) => ({ ...found, volume: name }));
}

/** All shapes of a reference: `name` or `secretName`, one `key` or `items` with keys. */
function reference(kind: Reference['kind'], value: unknown): Reference[] {
  const name = textAt(value, 'name') ?? textAt(value, 'secretName');
  if (name === undefined || valueAt(value, 'optional') === true) return [];
  const keys = [textAt(value, 'key'), ...listAt(value, 'items').map((item) => textAt(item, 'key'))];
  return [{ kind, name, keys: keys.filter((key) => key !== undefined) }];
}
