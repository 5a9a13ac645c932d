/**
 * The field manager of every write. It is load-bearing: another name would leave the fields of earlier
 * deployments owned by a manager that never gives them up.
 */
export const FIELD_MANAGER = 'slipway';

/** Holds `spec.replicas` where an autoscaler decides, so that leaving the field out does not reset it. */
export const REPLICAS_MANAGER = 'slipway-replicas';

export const RELEASE_NAME_LABEL = 'slipway.dev/release-name';
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY_VALUE = 'slipway';

const annotations = {
  skipVersioning: ['slipway.dev/skip-versioning', 'harness.io/skip-versioning'],
  directApply: ['slipway.dev/direct-apply', 'harness.io/direct-apply'],
  skipPruning: ['slipway.dev/skip-pruning', 'slipway.dev/skipPruning', 'harness.io/skipPruning'],
  managedWorkload: ['slipway.dev/managed-workload', 'harness.io/managed-workload', 'harness.io/managed'],
  /** Allows deletion and re-creation where a change of an immutable field would be refused. */
  replaceWhenImmutable: ['slipway.dev/replace-when-immutable'],
  /** Allows pruning and rollback to delete a Namespace, CRD, PersistentVolume or PersistentVolumeClaim. */
  allowDeletion: ['slipway.dev/allow-deletion'],
} as const;

export type Marker = keyof typeof annotations;

/** The annotation names that switch a behaviour on: ours first, then the accepted aliases. */
export function markerNames(marker: Marker): readonly string[] {
  return annotations[marker];
}

/** Whether an object carries a marker annotation, under any of its names, with the value "true". */
export function hasMarker(
  object: { metadata?: { annotations?: Record<string, string> } },
  marker: Marker,
): boolean {
  const present = object.metadata?.annotations;
  if (present === undefined || present === null) return false;
  return annotations[marker].some((name) => String(present[name]) === 'true');
}
