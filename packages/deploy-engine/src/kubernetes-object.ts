/** Any Kubernetes object as JSON. Only what every object has is typed; the rest is read through `at`. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: FieldSet;
  subresource?: string;
}

/** The FieldsV1 trie: `f:name`, `k:{...}`, `v:...`, `i:n` and `.` below one another. */
export interface FieldSet {
  [element: string]: FieldSet;
}

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
  [field: string]: unknown;
}

export type JsonMap = Record<string, unknown>;

/** The value as a map, or undefined for anything else (arrays too). */
export function asMap(value: unknown): JsonMap | undefined {
  return isMap(value) ? value : undefined;
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list, or an empty one for anything else. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value at a path of map keys, or undefined where the path ends early. */
export function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) {
    const map = asMap(current);
    if (map === undefined || !Object.hasOwn(map, key)) return undefined;
    current = map[key];
  }
  return current;
}

/** A copy of JSON-like data that shares nothing with the original. */
export function clone<T>(value: T): T {
  if (Array.isArray(value)) {
    // The element type is unchanged by copying, which map() cannot express for a generic T.
    return value.map((item: unknown) => clone(item)) as T;
  }
  if (!isMap(value)) return value;
  const copy: JsonMap = {};
  for (const [key, item] of Object.entries(value)) copy[key] = clone(item);
  // Same shape as the input, member by member.
  return copy as T;
}

/** Deep equality of JSON-like data; absent and undefined members are the same. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isMap(left) || !isMap(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(left[key], right[key]));
}

/** JSON with sorted keys: equal data gives equal text, whatever order it was written in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0))
    .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.join(',')}}`;
}
