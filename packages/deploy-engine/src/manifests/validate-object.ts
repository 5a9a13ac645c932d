import type { JsonMap, KubernetesObject } from '../kubernetes-object.ts';
import { asMap } from '../kubernetes-object.ts';

interface Finding {
  message: string;
  hint?: string;
}

// Names of most kinds: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#names
// RBAC names may hold any path segment, so only what breaks a path is refused for every kind.
const pathSegment = /^(?!\.{1,2}$)[^/%]+$/;
const apiVersionForm = /^(?:[a-z0-9.-]+\/)?v[a-z0-9]+$/i;

/** Checks what must hold before an object can even be addressed; the API server checks the rest. */
export function validateObject(map: JsonMap): { object?: KubernetesObject; problems: Finding[] } {
  const problems: Finding[] = [];
  const { apiVersion, kind } = map;
  const metadata = asMap(map['metadata']);
  if (typeof apiVersion !== 'string' || !apiVersionForm.test(apiVersion)) {
    problems.push({ message: 'apiVersion is missing or not of the form group/version.' });
  }
  if (typeof kind !== 'string' || kind === '') problems.push({ message: 'kind is missing.' });
  if (metadata === undefined) {
    problems.push({ message: 'metadata is missing.' });
    return { problems };
  }
  problems.push(...nameProblems(metadata), ...namespaceProblems(metadata));
  for (const field of ['labels', 'annotations']) problems.push(...textMapProblems(metadata, field));
  if (problems.length > 0) return { problems };
  const object = { ...map, metadata: withoutServerFields(metadata) };
  delete (object as JsonMap)['status'];
  // apiVersion, kind and metadata.name were checked to be texts above.
  return { object: object as unknown as KubernetesObject, problems };
}

function nameProblems(metadata: JsonMap): Finding[] {
  const { name, generateName } = metadata;
  if (generateName !== undefined && name === undefined) {
    return [
      {
        message: 'metadata.generateName makes another object at every deployment, which no release can own.',
        hint: 'Give the object a fixed metadata.name.',
      },
    ];
  }
  if (typeof name === 'number' || typeof name === 'boolean') {
    return [
      {
        message: `metadata.name is read as the ${typeof name} ${String(name)}.`,
        hint: `Write "${String(name)}" in quotes.`,
      },
    ];
  }
  if (typeof name !== 'string' || name === '') return [{ message: 'metadata.name is missing.' }];
  if (name.length > 253) return [{ message: 'metadata.name is longer than 253 characters.' }];
  return pathSegment.test(name) ? [] : [{ message: `metadata.name "${name}" cannot be used in a path.` }];
}

function namespaceProblems(metadata: JsonMap): Finding[] {
  const { namespace } = metadata;
  if (namespace === undefined || namespace === null || namespace === '') return [];
  if (typeof namespace === 'string' && /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) return [];
  return [{ message: `metadata.namespace ${JSON.stringify(namespace)} is no namespace name.` }];
}

function textMapProblems(metadata: JsonMap, field: string): Finding[] {
  const value = metadata[field];
  if (value === undefined || value === null) return [];
  const map = asMap(value);
  if (map === undefined) return [{ message: `metadata.${field} must be a map.` }];
  return Object.entries(map)
    .filter(([, item]) => typeof item !== 'string')
    .map(([key, item]) => ({
      message: `metadata.${field}["${key}"] must be text, not ${item === null ? 'null' : typeof item}.`,
      hint: `Write the value in quotes: "${String(item)}".`,
    }));
}

// What `kubectl get -o yaml` prints and an apply must not carry.
const serverFields = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'deletionTimestamp',
];

function withoutServerFields(metadata: JsonMap): JsonMap {
  const kept: JsonMap = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (serverFields.includes(key) || value === null || value === undefined) continue;
    if (key === 'namespace' && value === '') continue;
    kept[key] = value;
  }
  return kept;
}
