import { at, isMap, sameJson } from './kubernetes-object.ts';
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from './kubernetes-object.ts';
import { hasClientSideFields } from './ownership.ts';
import { holdsQuantities, isCompletedByServer, sameCompleted } from './server-defaults.ts';

/**
 * Whether the live object proves that applying `desired` would change nothing: our manager owns exactly the fields
 * of `desired`, and each has its value. False means "not proved", never "different": then the server is asked.
 * Ownership paths: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function provesEqual(
  desired: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
): boolean {
  if (live.metadata.deletionTimestamp !== undefined || desired.apiVersion !== live.apiVersion) return false;
  const entry = appliedBy(live, fieldManager);
  if (entry?.fieldsV1 === undefined || entry.apiVersion !== desired.apiVersion) return false;
  // Replicas that somebody scaled are no matter where an autoscaler decides: then `desired` leaves them out.
  if (hasClientSideFields(live, { autoscaled: at(desired, 'spec', 'replicas') === undefined })) return false;
  const completed = isCompletedByServer(desired);
  return sameMap(withoutIdentity(desired), live, entry.fieldsV1, { completed, field: '' });
}

/** As `provesEqual`, for one part of the object, such as `spec`. */
export function provesEqualPart(
  desired: KubernetesObject,
  live: KubernetesObject,
  fieldManager: string,
  part: string,
): boolean {
  const owned = appliedBy(live, fieldManager)?.fieldsV1?.[`f:${part}`];
  if (owned === undefined) return false;
  return sameValue(desired[part], live[part], owned, {
    completed: isCompletedByServer(desired),
    field: part,
  });
}

/** The entry of the fields that a manager owns by apply. */
export function appliedBy(live: KubernetesObject, fieldManager: string): ManagedFieldsEntry | undefined {
  return live.metadata.managedFields?.find(
    (entry) =>
      entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '',
  );
}

function withoutIdentity(object: KubernetesObject): Record<string, unknown> {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const { name: _name, namespace: _namespace, ...kept } = metadata;
  // An apply of nothing but a name owns no field of metadata.
  return Object.keys(kept).length === 0 ? rest : { metadata: kept, ...rest };
}

/** Where in the object a value stands. `completed`: below the spec of a kind that the server completes. */
interface Position {
  completed: boolean;
  field: string;
}

function below(position: Position, field: string): Position {
  // Nothing is filled in or rewritten in labels and annotations, of the object or of a pod template.
  const completed = position.completed && field !== 'metadata';
  return { completed, field: holdsQuantities(position.field) ? position.field : field };
}

function sameValue(desired: unknown, live: unknown, owned: FieldSet, position: Position): boolean {
  if (desired === undefined || desired === null) return false;
  const elements = Object.keys(owned).filter((element) => element !== '.');
  // Owned as a whole: a scalar, an atomic map or list, or an empty one.
  if (elements.length === 0) {
    return position.completed ? sameCompleted(desired, live, position.field) : sameJson(desired, live);
  }
  if (isMap(desired)) return isMap(live) && sameMap(desired, live, owned, position);
  return Array.isArray(desired) && Array.isArray(live) && sameList(desired, live, owned, position);
}

function sameMap(
  desired: Record<string, unknown>,
  live: Record<string, unknown>,
  owned: FieldSet,
  position: Position,
): boolean {
  const names = Object.keys(desired).filter((name) => desired[name] !== undefined);
  const ownedNames = Object.keys(owned).filter((element) => element !== '.');
  if (names.length !== ownedNames.length) return false;
  return names.every((name) => {
    const ownedBelow = owned[`f:${name}`];
    return (
      ownedBelow !== undefined && sameValue(desired[name], live[name], ownedBelow, below(position, name))
    );
  });
}

function sameList(desired: unknown[], live: unknown[], owned: FieldSet, position: Position): boolean {
  const elements = Object.keys(owned).filter((element) => element !== '.');
  if (desired.length !== elements.length) return false;
  const positions: number[] = [];
  for (const element of elements) {
    const found = element.startsWith('k:')
      ? matchKeyed(desired, live, element, owned[element] ?? {}, position)
      : element.startsWith('v:')
        ? matchValue(desired, live, element)
        : undefined;
    if (found === undefined) return false;
    positions[found.desiredIndex] = found.liveIndex;
  }
  // An apply also restores the order of its own items, so another order would be a change.
  return (
    positions.length === desired.length &&
    positions.every((value, index) => index === 0 || value > (positions[index - 1] ?? -1))
  );
}

interface Match {
  desiredIndex: number;
  liveIndex: number;
}

function matchValue(desired: unknown[], live: unknown[], element: string): Match | undefined {
  const value = parseElement(element);
  const desiredIndex = desired.indexOf(value);
  const liveIndex = live.indexOf(value);
  return desiredIndex < 0 || liveIndex < 0 ? undefined : { desiredIndex, liveIndex };
}

function matchKeyed(
  desired: unknown[],
  live: unknown[],
  element: string,
  owned: FieldSet,
  position: Position,
): Match | undefined {
  const key = parseElement(element);
  if (!isMap(key)) return undefined;
  const liveIndex = live.findIndex((item) => hasKey(item, key, false));
  // A key field may be left out of the manifest when the server defaults it (a port's protocol).
  const candidates = desired.flatMap((item, index) => (hasKey(item, key, true) ? [index] : []));
  const [desiredIndex] = candidates;
  if (liveIndex < 0 || desiredIndex === undefined || candidates.length > 1) return undefined;
  const wanted = desired[desiredIndex];
  const actual = live[liveIndex];
  return isMap(wanted) && isMap(actual) && sameMap(wanted, actual, owned, position)
    ? { desiredIndex, liveIndex }
    : undefined;
}

function hasKey(item: unknown, key: Record<string, unknown>, absentMatches: boolean): boolean {
  return Object.entries(key).every(([name, value]) => {
    const actual = at(item, name);
    return actual === value || (absentMatches && actual === undefined);
  });
}

function parseElement(element: string): unknown {
  try {
    return JSON.parse(element.slice(2));
  } catch {
    return undefined;
  }
}

/** Whether every value that `part` gives is what `whole` has; lists must agree item by item. */
export function isWithin(part: unknown, whole: unknown): boolean {
  if (part === undefined || part === null) return true;
  if (isMap(part))
    return isMap(whole)
      ? Object.entries(part).every(([key, value]) => isWithin(value, whole[key]))
      : Object.keys(part).length === 0 && whole === undefined;
  if (Array.isArray(part)) {
    const list = Array.isArray(whole) ? whole : [];
    return part.length === list.length && part.every((value, index) => isWithin(value, list[index]));
  }
  return part === whole;
}
