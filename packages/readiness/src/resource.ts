/** Any Kubernetes object as JSON; everything but its identity is read through `at`. */
export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: ResourceMetadata;
  [field: string]: unknown;
}

export interface ResourceMetadata {
  name: string;
  namespace?: string;
  uid?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
  [field: string]: unknown;
}

export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime?: string;
}

type JsonMap = Record<string, unknown>;

export function asMap(value: unknown): JsonMap | undefined {
  // Arrays were excluded; what is left of `object` is indexable by text.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonMap)
    : undefined;
}

export function asMaps(value: unknown): JsonMap[] {
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown) => asMap(item)).filter((item) => item !== undefined);
}

/** The value at a path of map keys, or undefined where the path ends early. */
export function at(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const key of path) current = asMap(current)?.[key];
  return current;
}

export function numberAt(value: unknown, path: readonly string[], fallback: number): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : fallback;
}

export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** `status.conditions`, with missing texts as empty ones. */
export function conditionsOf(resource: Resource): Condition[] {
  return asMaps(at(resource, 'status', 'conditions')).map((condition) => ({
    type: textAt(condition, 'type'),
    status: textAt(condition, 'status'),
    reason: textAt(condition, 'reason'),
    message: textAt(condition, 'message'),
    ...(typeof condition['lastTransitionTime'] === 'string'
      ? { lastTransitionTime: condition['lastTransitionTime'] }
      : {}),
  }));
}

export function conditionOf(resource: Resource, type: string): Condition | undefined {
  return conditionsOf(resource).find((condition) => condition.type === type);
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Whether one object is another's controlled child, by uid where both are known. */
export function isOwnedBy(child: Resource, owner: Resource): boolean {
  return (child.metadata.ownerReferences ?? []).some(
    (reference) => reference.controller !== false && reference.uid === owner.metadata.uid,
  );
}
