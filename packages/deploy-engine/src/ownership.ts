import { at } from './kubernetes-object.ts';
import type { FieldSet, KubernetesObject, ManagedFieldsEntry } from './kubernetes-object.ts';
import { REPLICAS_MANAGER } from './markers.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

// What people's own hands and client-side tools write under. Controllers and other server-side appliers are not in
// the list: their fields are theirs.
const clientSideManagers = [
  'kubectl-client-side-apply',
  'kubectl-create',
  'kubectl-edit',
  'kubectl-replace',
  'kubectl-patch',
  'kubectl-set',
  'kubectl-scale',
  'kubectl-label',
  'kubectl-annotate',
  'kubectl-run',
  'kubectl-expose',
  'kubectl-autoscale',
  'kubectl',
  'before-first-apply',
  'Mozilla',
];

/** Whether an autoscaler decides on the replicas of the object, so that whoever holds them keeps them. */
interface TakeOverOptions {
  autoscaled?: boolean;
}

function isTakenOver(entry: ManagedFieldsEntry, { autoscaled = false }: TakeOverOptions): boolean {
  const { manager = '', operation, subresource = '' } = entry;
  // Our own second manager lets go once no autoscaler decides any more.
  if (manager === REPLICAS_MANAGER) return operation === 'Apply' && !autoscaled;
  const isOwnHand = operation === 'Update' && clientSideManagers.includes(manager);
  return isOwnHand && (subresource === '' || (subresource === 'scale' && !autoscaled));
}

/** Whether a client-side tool owns fields, which would survive an apply that leaves them out. */
export function hasClientSideFields(live: KubernetesObject, options: TakeOverOptions = {}): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => isTakenOver(entry, options));
}

/** The tools whose fields `takeOverFields` would give to us. */
export function clientSideManagersOf(live: KubernetesObject, options: TakeOverOptions = {}): string[] {
  const names = (live.metadata.managedFields ?? [])
    .filter((entry) => isTakenOver(entry, options))
    .map((entry) => entry.manager ?? '');
  return [...new Set(names)];
}

/**
 * The JSON patch that gives the fields of client-side tools to our manager, as kubectl does when it changes to
 * server-side apply; undefined when there are none. The resourceVersion in it makes a lost race a 409.
 * https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/client-go/util/csaupgrade/upgrade.go
 */
export function takeOverFields(
  live: KubernetesObject,
  fieldManager: string,
  options: TakeOverOptions = {},
): object[] | undefined {
  const entries = live.metadata.managedFields ?? [];
  const theirs = entries.filter((entry) => isTakenOver(entry, options));
  const newest = theirs.toSorted((left, right) => (right.time ?? '').localeCompare(left.time ?? ''))[0];
  if (newest === undefined) return undefined;
  const ours = entries.find(
    (entry) =>
      entry.manager === fieldManager && entry.operation === 'Apply' && (entry.subresource ?? '') === '',
  );
  const fields = theirs.reduce<FieldSet>(
    (all, entry) => unite(all, entry.fieldsV1 ?? {}),
    ours?.fieldsV1 ?? {},
  );
  const { subresource: _subresource, ...base } = ours ?? newest;
  const merged: ManagedFieldsEntry = {
    ...base,
    manager: fieldManager,
    operation: 'Apply',
    fieldsV1: withoutLastApplied(fields),
  };
  const kept = entries.filter((entry) => !theirs.includes(entry) && entry !== ours);
  return [
    { op: 'replace', path: '/metadata/managedFields', value: [merged, ...kept] },
    { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion ?? '' },
  ];
}

/** The union of two field sets. */
export function unite(left: FieldSet, right: FieldSet): FieldSet {
  const result: FieldSet = { ...left };
  for (const [element, below] of Object.entries(right)) {
    const known = result[element];
    result[element] = known === undefined ? below : unite(known, below);
  }
  return result;
}

// Left to nobody, the annotation of a tool that no longer applies stays harmless instead of being removed by us.
function withoutLastApplied(fields: FieldSet): FieldSet {
  const metadata = fields['f:metadata'];
  const annotations = metadata?.['f:annotations'];
  if (metadata === undefined || annotations === undefined) return fields;
  const { [`f:${LAST_APPLIED}`]: _dropped, ...kept } = annotations;
  return { ...fields, 'f:metadata': { ...metadata, 'f:annotations': kept } };
}

/**
 * Whether we own `spec.replicas`, or will once the fields of client-side tools are ours, so that leaving it out would
 * reset it to its default.
 */
export function ownsReplicas(live: KubernetesObject, fieldManager: string): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => {
    const isOurs = entry.manager === fieldManager && entry.operation === 'Apply';
    const owns = isOurs || isTakenOver(entry, { autoscaled: true });
    return owns && at(entry.fieldsV1, 'f:spec', 'f:replicas') !== undefined;
  });
}

/** A field that another manager holds with another value. */
export interface FieldConflict {
  field: string;
  owner: string;
  message: string;
}

// conflict with "kubectl-edit" using apps/v1: .spec.replicas
const conflictMessage = /conflict with "([^"]+)"(?: with subresource "([^"]+)")?/;

/** Reads the causes of a 409 answer to an apply. */
export function readConflicts(
  causes: readonly { reason?: string; message?: string; field?: string }[],
): FieldConflict[] {
  return causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      field: cause.field ?? '',
      owner: conflictMessage.exec(cause.message ?? '')?.[1] ?? 'another manager',
      message: cause.message ?? '',
    }));
}
