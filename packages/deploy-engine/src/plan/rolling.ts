import type { Hash } from '../configuration/version-configuration.ts';
import { provesEqual, provesEqualPart, isWithin } from '../equality.ts';
import { addressOf, displayName, keyOf, keyOfObject } from '../identity.ts';
import type { ObjectAddress } from '../identity.ts';
import { immutableChanges } from '../immutable.ts';
import { at, canonicalJson } from '../kubernetes-object.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { withReleaseLabels } from '../labels.ts';
import { FIELD_MANAGER, hasMarker } from '../markers.ts';
import type { ManifestSource, SourcedObject } from '../manifests/parse-manifests.ts';
import { isJob, orderIntoStages } from '../ordering.ts';
import type { ApplyStage } from '../ordering.ts';
import { hasClientSideFields, ownsReplicas } from '../ownership.ts';
import { autoscaledTargets, isAutoscaled, withoutReplicas } from '../replicas.ts';

/** What will be done to an object. `leave`: the live one proves equal, so no request is made. */
export const plannedActions = ['create', 'configure', 'replace', 'leave'] as const;
export type PlannedAction = (typeof plannedActions)[number];

/** One object of a plan, complete: the executor decides nothing. */
export interface PlannedObject {
  key: string;
  address: ObjectAddress;
  stage: ApplyStage;
  action: PlannedAction;
  /** What is applied, to the last field. */
  object: KubernetesObject;
  source?: ManifestSource;
  /** An autoscaler decides on its replicas. */
  autoscaled: boolean;
  /** Fields of client-side tools become ours before the apply. */
  takeOver: boolean;
  /** The second manager takes the live replicas before the apply. */
  holdReplicas: boolean;
  /** Whether its readiness belongs to the steady state. */
  waits: boolean;
  /** Whether a dry run must show that the server will accept it. */
  dryRun: boolean;
  reason?: string;
}

/** Why a plan must not be carried out. */
export interface PlanProblem {
  code: 'field.immutable' | 'object.terminating' | 'plan.contradiction';
  object: ObjectAddress;
  source?: ManifestSource;
  message: string;
  hint?: string;
}

export interface Plan {
  releaseName: string;
  objects: PlannedObject[];
  problems: PlanProblem[];
  /** Equal for plans that would do the same to the same objects. */
  digest: string;
}

export interface RollingInput {
  releaseName: string;
  /** Complete, with versioned names; see `completeSet` and `versionConfiguration`. */
  objects: readonly SourcedObject[];
  /** Live objects by `keyOfObject`. */
  live: ReadonlyMap<string, KubernetesObject>;
  /** Live autoscalers of the namespaces; those of the set are added. */
  autoscalers: readonly KubernetesObject[];
  hash: Hash;
  /** Uids of what this very release created before it was interrupted. */
  ownUids?: ReadonlySet<string>;
}

/** Plans a rolling deployment: every object with what will be done to it, in stages. Pure and complete. */
export function planRolling(input: RollingInput): Plan {
  const targets = autoscaledTargets([...input.objects.map(({ object }) => object), ...input.autoscalers]);
  const problems: PlanProblem[] = [];
  const planned = input.objects.map((sourced) => planObject(sourced, targets, input, problems));
  const stages = orderIntoStages(planned);
  const objects = [...stages].flatMap(([stage, items]) => items.map((item) => ({ ...item, stage })));
  const essence = objects.map(({ action, object, takeOver, holdReplicas }) => ({
    action,
    object,
    takeOver,
    holdReplicas,
  }));
  return { releaseName: input.releaseName, objects, problems, digest: input.hash(canonicalJson(essence)) };
}

function planObject(
  { object: manifest, source }: SourcedObject,
  targets: ReadonlySet<string>,
  input: RollingInput,
  problems: PlanProblem[],
): Omit<PlannedObject, 'stage'> {
  const live = input.live.get(keyOfObject(manifest));
  const labelled = withReleaseLabels(manifest, input.releaseName, live);
  const autoscaled = isAutoscaled(labelled, targets);
  // A workload that is new starts with the manifest's number; the autoscaler goes on from there.
  const object = autoscaled && live !== undefined ? withoutReplicas(labelled) : labelled;
  const address = addressOf(object);
  const decision = decide(object, live, input);
  for (const problem of decision.problems) problems.push({ ...problem, object: address, source });
  return {
    key: keyOf(address),
    address,
    action: decision.action,
    object,
    source,
    autoscaled,
    takeOver:
      live !== undefined && decision.action === 'configure' && hasClientSideFields(live, { autoscaled }),
    holdReplicas: autoscaled && live !== undefined && ownsReplicas(live, FIELD_MANAGER),
    waits: !hasMarker(object, 'directApply'),
    dryRun: needsDryRun(object, decision.action, live),
    ...(decision.reason === undefined ? {} : { reason: decision.reason }),
  };
}

interface Decision {
  action: PlannedAction;
  problems: Omit<PlanProblem, 'object' | 'source'>[];
  reason?: string;
}

function decide(object: KubernetesObject, live: KubernetesObject | undefined, input: RollingInput): Decision {
  if (live === undefined) return { action: 'create', problems: [] };
  if (live.metadata.deletionTimestamp !== undefined) return decideTerminating(object, live);
  if (isJob(object)) return decideJob(object, live, input.ownUids ?? new Set());
  const changes = immutableChanges(object, live);
  if (changes.length > 0) {
    const message = changes.map((change) => change.message).join(' ');
    if (hasMarker(object, 'replaceWhenImmutable'))
      return { action: 'replace', problems: [], reason: message };
    return {
      action: 'configure',
      problems: [
        {
          code: 'field.immutable',
          message: `${displayName(addressOf(object))}: ${message}`,
          hint: 'Keep the field as it is, rename the object, or let it be deleted and created again with the annotation slipway.dev/replace-when-immutable: "true".',
        },
      ],
    };
  }
  return provesEqual(object, live, FIELD_MANAGER)
    ? { action: 'leave', problems: [] }
    : { action: 'configure', problems: [] };
}

function decideTerminating(object: KubernetesObject, live: KubernetesObject): Decision {
  const finalizers = live.metadata.finalizers ?? [];
  if (finalizers.length === 0) return { action: 'replace', problems: [], reason: 'it is being deleted' };
  return {
    action: 'replace',
    problems: [
      {
        code: 'object.terminating',
        message: `${displayName(addressOf(object))} is being deleted and held by the finalizers ${finalizers.join(', ')}.`,
        hint: 'Wait until whoever set the finalizers has removed them, or give the object another name.',
      },
    ],
  };
}

function decideJob(object: KubernetesObject, live: KubernetesObject, ownUids: ReadonlySet<string>): Decision {
  if (provesEqual(object, live, FIELD_MANAGER) || ownUids.has(live.metadata.uid ?? '')) {
    // A job that failed before would only fail the release again; unchanged, it gets another chance.
    const failed = hasFailed(live) && !ownUids.has(live.metadata.uid ?? '');
    return failed
      ? { action: 'replace', problems: [], reason: 'it failed when it ran before' }
      : { action: 'leave', problems: [] };
  }
  const sameSpec =
    provesEqualPart(object, live, FIELD_MANAGER, 'spec') ||
    (!isOurs(live) && isWithin(object['spec'], live['spec']));
  if (sameSpec && !hasFailed(live)) return { action: 'configure', problems: [] };
  return { action: 'replace', problems: [], reason: 'a Job is immutable, and it changed' };
}

function isOurs(live: KubernetesObject): boolean {
  return (live.metadata.managedFields ?? []).some((entry) => entry.manager === FIELD_MANAGER);
}

function hasFailed(job: KubernetesObject): boolean {
  const conditions = at(job, 'status', 'conditions');
  return (
    Array.isArray(conditions) &&
    conditions.some((item) => at(item, 'type') === 'Failed' && at(item, 'status') === 'True')
  );
}

// Plain configuration is checked well enough by reading it, unless others hold fields of it: a dry run of each would
// double the requests of a deployment. Every other kind has a schema and admission of its own.
function needsDryRun(
  object: KubernetesObject,
  action: PlannedAction,
  live: KubernetesObject | undefined,
): boolean {
  if (action === 'leave' || action === 'replace') return false;
  const isPlain = object.apiVersion === 'v1' && (object.kind === 'ConfigMap' || object.kind === 'Secret');
  if (!isPlain) return true;
  return (live?.metadata.managedFields ?? []).some((entry) => entry.manager !== FIELD_MANAGER);
}
