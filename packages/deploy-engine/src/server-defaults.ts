import { groupOf } from './identity.ts';
import { isMap, sameJson } from './kubernetes-object.ts';
import { sameQuantity } from './quantity.ts';

/**
 * Built-in kinds, whose values the server completes and rewrites in ways that are known. What custom resources hold
 * is stored as it was sent, except for defaults that only their schemas know.
 */
export function isCompletedByServer(object: { apiVersion: string; kind: string }): boolean {
  const group = groupOf(object.apiVersion);
  const plain = object.apiVersion === 'v1' && (object.kind === 'ConfigMap' || object.kind === 'Secret');
  return !plain && (!group.includes('.') || group === 'networking.k8s.io');
}

const quantityFields: ReadonlySet<string> = new Set([
  'limits',
  'requests',
  'hard',
  'capacity',
  'overhead',
  'min',
  'max',
  'default',
  'defaultRequest',
  'sizeLimit',
  'divisor',
]);

/** Whether a field holds a quantity, or a map of them. */
export function holdsQuantities(field: string): boolean {
  return quantityFields.has(field);
}

// Maps whose keys are people's own words.
const freeMaps: ReadonlySet<string> = new Set([
  'selector',
  'matchLabels',
  'nodeSelector',
  'labels',
  'annotations',
  'parameters',
  'volumeAttributes',
]);

/** Equality of values owned as a whole, after taking from both what the server fills in by itself. */
export function sameCompleted(left: unknown, right: unknown, field: string): boolean {
  if (left === right) return true;
  if (freeMaps.has(field)) return sameJson(left, right);
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((item, index) => sameCompleted(item, right[index], field))
    );
  }
  if (isMap(left) && isMap(right)) {
    const ours = withoutDefaults(left);
    const theirs = withoutDefaults(right);
    const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
    const inside = holdsQuantities(field);
    return [...names].every((name) => sameCompleted(ours[name], theirs[name], inside ? field : name));
  }
  return holdsQuantities(field) && sameQuantity(left, right);
}

// https://github.com/kubernetes/kubernetes/blob/v1.34.0/pkg/apis/core/v1/defaults.go and .../apps/v1/defaults.go
function withoutDefaults(map: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(map)) {
    const isDefault =
      value === undefined ||
      (name === 'protocol' && value === 'TCP') ||
      (name === 'divisor' && value === '0') ||
      (name === 'volumeMode' && value === 'Filesystem') ||
      (name === 'creationTimestamp' && value === null) ||
      (name === 'apiVersion' &&
        value === 'v1' &&
        ('fieldPath' in map || map['kind'] === 'PersistentVolumeClaim' || 'accessModes' in asSpec(map))) ||
      (name === 'kind' && value === 'PersistentVolumeClaim') ||
      (name === 'status' && isMap(value) && value['phase'] === 'Pending');
    if (!isDefault) kept[name] = value;
  }
  return kept;
}

function asSpec(map: Record<string, unknown>): Record<string, unknown> {
  return isMap(map['spec']) ? map['spec'] : {};
}
