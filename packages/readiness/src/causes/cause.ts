import type { Resource } from '../resource.ts';

/** Everything a workload can be held up by, as far as it can be told apart. Codes are public and stay. */
export const causeCodes = [
  'image.not_found',
  'image.unauthorized',
  'image.invalid',
  'image.pull_failed',
  'container.crash_loop',
  'container.oom_killed',
  'container.config_missing',
  'container.config_invalid',
  'container.start_failed',
  'pod.unschedulable',
  'pod.gated',
  'pod.create_failed',
  'pod.service_account_missing',
  'pod.evicted',
  'pod.failed',
  'volume.mount_failed',
  'quota.exceeded',
  'admission.denied',
  'probe.failing',
  'deployment.progress_deadline',
  'deployment.paused',
  'job.failed',
  'pvc.unbound',
  'stateful_set.blocked',
  'resource.failed',
] as const;
export type CauseCode = (typeof causeCodes)[number];

/**
 * When a cause ends the wait: at once, so many milliseconds after it was first seen, or never by itself (the
 * workload's own deadline or the step's timeout decides).
 */
export type CauseEnd = 'now' | 'never' | { afterMs: number };

export interface CauseObject {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
  container?: string;
}

/** What a cause is read from: an event, a status, or lines a container wrote. */
export interface Evidence {
  kind: 'event' | 'status' | 'log';
  text: string;
  /** RFC 3339, where the source says when. */
  at?: string;
  object?: CauseObject;
}

/** Why a resource is not ready: `fatal` causes end the wait (see `ends`), warnings are only shown. */
export interface Cause {
  /** Equal for the same trouble seen again, so that its first sight can be remembered. */
  key: string;
  code: CauseCode;
  severity: 'fatal' | 'warning';
  ends: CauseEnd;
  object: CauseObject;
  title: string;
  message: string;
  evidence: Evidence[];
  hints: string[];
}

/** How long to hope; times in milliseconds. */
export interface CauseLimits {
  /** A container that was restarted so often is in a crash loop for good. */
  crashLoopRestarts: number;
  /** Cluster autoscalers need minutes. */
  unschedulableMs: number;
  quotaMs: number;
  registryMs: number;
  claimMs: number;
}

export const defaultCauseLimits: CauseLimits = {
  crashLoopRestarts: 3,
  unschedulableMs: 5 * 60_000,
  quotaMs: 5 * 60_000,
  registryMs: 5 * 60_000,
  claimMs: 5 * 60_000,
};

/** What surrounds a resource. Lists may hold more than its own; ownership is checked by uid. */
export interface Related {
  replicaSets?: readonly Resource[];
  pods?: readonly Resource[];
  /** Core v1 events. */
  events?: readonly Resource[];
  claims?: readonly Resource[];
  storageClasses?: readonly Resource[];
}

export function objectOf(resource: Resource, container?: string): CauseObject {
  const { namespace, name } = resource.metadata;
  return {
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(container === undefined ? {} : { container }),
  };
}

type Draft = Omit<Cause, 'key' | 'object' | 'severity'> & { severity?: Cause['severity'] };

export function causeOn(resource: Resource, draft: Draft, container?: string): Cause {
  const { severity, ...rest } = draft;
  const key = `${draft.code} ${resource.kind} ${resource.metadata.uid ?? resource.metadata.name} ${container ?? ''}`;
  return {
    key,
    object: objectOf(resource, container),
    severity: severity ?? (draft.ends === 'never' ? 'warning' : 'fatal'),
    ...rest,
  };
}
