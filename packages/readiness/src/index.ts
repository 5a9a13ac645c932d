export { blockingPods } from './causes/blocking-pods.ts';
export type { BlockingPod } from './causes/blocking-pods.ts';
export { causeCodes, defaultCauseLimits } from './causes/cause.ts';
export type {
  Cause,
  CauseCode,
  CauseEnd,
  CauseLimits,
  CauseObject,
  Evidence,
  Related,
} from './causes/cause.ts';
export { eventTime, eventsAbout } from './causes/events.ts';
export { explain } from './causes/explain.ts';
export type { ExplainOptions } from './causes/explain.ts';
export { classifyRefusal } from './causes/refusal.ts';
export type { Refusal } from './causes/refusal.ts';
export { newReplicaSet, newRevision } from './causes/revision.ts';
export { compute, needsWaiting } from './compute.ts';
export type { ClaimSurroundings } from './kinds/persistent-volume-claim.ts';
export { readinessStatuses } from './status.ts';
export type { ReadinessStatus, Verdict } from './status.ts';
export type { Resource, ResourceMetadata } from './resource.ts';
