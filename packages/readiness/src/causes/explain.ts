import { compute } from '../compute.ts';
import { at, conditionOf, numberAt, textAt } from '../resource.ts';
import type { Resource } from '../resource.ts';
import { explainBlocked } from './blocking-pods.ts';
import { causeOn, defaultCauseLimits } from './cause.ts';
import type { Cause, CauseLimits, Related } from './cause.ts';
import { eventEvidence, eventsAbout } from './events.ts';
import { explainPod } from './pods.ts';
import { classifyRefusal } from './refusal.ts';
import { newRevision } from './revision.ts';

export interface ExplainOptions {
  /** Events about workloads from before this moment (RFC 3339, by the cluster's clock) belong to an earlier deployment. */
  since?: string;
  limits?: CauseLimits;
}

/**
 * Says why a resource is not ready, worst first, one cause for each kind of trouble (the first pod that shows it
 * stands for the others). Empty when it is ready, or when nothing tells why it is not.
 */
export function explain(resource: Resource, related: Related, options: ExplainOptions = {}): Cause[] {
  const limits = options.limits ?? defaultCauseLimits;
  const verdict = compute(resource, {
    ...(related.pods === undefined ? {} : { pods: related.pods }),
    ...(related.storageClasses === undefined ? {} : { storageClasses: related.storageClasses }),
  });
  // Before the controller has seen the change, everything around it is about the old revision.
  if (verdict.status === 'current' || verdict.status === 'terminating' || verdict.reason === 'NotObserved')
    return [];
  const events = related.events ?? [];
  const { makers, pods } = newRevision(resource, related);
  const causes = [
    ...makers.flatMap((maker) => explainCreation(maker, events, limits, options.since)),
    ...pods.flatMap((pod) => explainPod(pod, events, limits)),
    ...explainOwnVerdict(resource, related, limits, options.since),
  ];
  if (verdict.status === 'failed' && !causes.some((cause) => cause.severity === 'fatal')) {
    causes.push(
      causeOn(resource, {
        code: 'resource.failed',
        ends: 'now',
        title: `${resource.kind} ${resource.metadata.name} failed`,
        message: verdict.message,
        evidence: [{ kind: 'status', text: `${verdict.reason}: ${verdict.message}` }],
        hints: [],
      }),
    );
  }
  return firstOfEach(causes);
}

const rank = (cause: Cause): number =>
  cause.ends === 'now'
    ? cause.code === 'deployment.progress_deadline'
      ? 1
      : 0
    : cause.ends === 'never'
      ? 3
      : 2;

function firstOfEach(causes: Cause[]): Cause[] {
  const seen = new Set<string>();
  return causes
    .toSorted((left, right) => rank(left) - rank(right))
    .filter((cause) => {
      const kind = `${cause.code} ${cause.object.container ?? ''}`;
      if (seen.has(kind)) return false;
      seen.add(kind);
      return true;
    });
}

/** Why a controller cannot create the pods it should. */
function explainCreation(
  maker: Resource,
  events: readonly Resource[],
  limits: CauseLimits,
  since: string | undefined,
): Cause[] {
  const failure = conditionOf(maker, 'ReplicaFailure');
  const event = eventsAbout(maker, events, since).find((item) =>
    ['FailedCreate', 'FailedCreatePodSandBox'].includes(textAt(item, 'reason')),
  );
  const message =
    failure?.status === 'True' ? failure.message : event === undefined ? '' : textAt(event, 'message');
  if (message === '' || isComplete(maker)) return [];
  const refusal = classifyRefusal(message);
  const evidence = [
    ...(failure?.status === 'True'
      ? [{ kind: 'status' as const, text: `${failure.reason}: ${failure.message}` }]
      : []),
    ...(event === undefined ? [] : [eventEvidence(event, maker)]),
  ];
  return [
    causeOn(maker, {
      code: refusal?.code ?? 'pod.create_failed',
      ends:
        refusal === undefined
          ? 'never'
          : refusal.code === 'quota.exceeded'
            ? { afterMs: limits.quotaMs }
            : 'now',
      title: refusal?.title ?? 'Its pods cannot be created',
      message,
      evidence,
      hints: refusal?.hints ?? [],
    }),
  ];
}

/** Events stay for an hour; a controller that has created all its pods since is over them. */
function isComplete(maker: Resource): boolean {
  const wanted = numberAt(maker, ['spec', 'replicas'], 1);
  return (
    maker.kind !== 'Job' && maker.kind !== 'DaemonSet' && numberAt(maker, ['status', 'replicas'], 0) >= wanted
  );
}

function explainOwnVerdict(
  resource: Resource,
  related: Related,
  limits: CauseLimits,
  since: string | undefined,
): Cause[] {
  switch (resource.kind) {
    case 'Deployment':
      return explainDeployment(resource);
    case 'StatefulSet':
      return explainBlocked(resource, related, limits);
    case 'Job':
      return explainJob(resource);
    case 'PersistentVolumeClaim':
      return explainClaim(resource, related.events ?? [], limits, since);
    default:
      return [];
  }
}

function explainDeployment(deployment: Resource): Cause[] {
  const progressing = conditionOf(deployment, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') {
    const seconds = numberAt(deployment, ['spec', 'progressDeadlineSeconds'], 600);
    return [
      causeOn(deployment, {
        code: 'deployment.progress_deadline',
        ends: 'now',
        title: `Deployment ${deployment.metadata.name} exceeded its progress deadline of ${seconds} s`,
        message: progressing.message,
        evidence: [{ kind: 'status', text: `${progressing.reason}: ${progressing.message}` }],
        hints: ['If the program only starts slowly, raise spec.progressDeadlineSeconds.'],
      }),
    ];
  }
  if (at(deployment, 'spec', 'paused') !== true) return [];
  return [
    causeOn(deployment, {
      code: 'deployment.paused',
      ends: 'now',
      title: `Deployment ${deployment.metadata.name} is paused, so that its new pods are never started`,
      message: 'spec.paused is true.',
      evidence: [{ kind: 'status', text: 'spec.paused is true' }],
      hints: ['Remove spec.paused from the manifest, or resume it with kubectl rollout resume.'],
    }),
  ];
}

function explainJob(job: Resource): Cause[] {
  const failure = [conditionOf(job, 'Failed'), conditionOf(job, 'FailureTarget')].find(
    (item) => item?.status === 'True',
  );
  if (failure === undefined) return [];
  return [
    causeOn(job, {
      code: 'job.failed',
      ends: 'now',
      title: `Job ${job.metadata.name} failed`,
      message: failure.message,
      evidence: [{ kind: 'status', text: `${failure.reason}: ${failure.message}` }],
      hints: ['Read the last lines of its pods. A changed Job is run again by the next deployment.'],
    }),
  ];
}

function explainClaim(
  claim: Resource,
  events: readonly Resource[],
  limits: CauseLimits,
  since: string | undefined,
): Cause[] {
  const event = eventsAbout(claim, events, since).find((item) =>
    ['ProvisioningFailed', 'FailedBinding'].includes(textAt(item, 'reason')),
  );
  if (event === undefined) return [];
  return [
    causeOn(claim, {
      code: 'pvc.unbound',
      ends: { afterMs: limits.claimMs },
      title: `The claim ${claim.metadata.name} gets no volume`,
      message: textAt(event, 'message'),
      evidence: [eventEvidence(event, claim)],
      hints: ['Check spec.storageClassName, its provisioner, and the size asked for.'],
    }),
  ];
}
