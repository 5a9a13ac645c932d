export { changeActions, summarizeChanges } from './change-set.ts';
export type { Change, ChangeAction, ChangeSet } from './change-set.ts';
export { checkPlan } from './check-plan.ts';
export { podReferences } from './configuration/pod-references.ts';
export type { ConfigurationKind, PodReference } from './configuration/pod-references.ts';
export {
  CONFIGURATION_VERSION_LABEL,
  configurationInUse,
  unneededVersions,
  VERSION_OF_ANNOTATION,
  versionConfiguration,
} from './configuration/version-configuration.ts';
export type { Hash, VersionedName, VersionedSet } from './configuration/version-configuration.ts';
export { appliedBy, isWithin, provesEqual, provesEqualPart } from './equality.ts';
export { addressOf, displayName, groupOf, keyOf, keyOfObject } from './identity.ts';
export type { ObjectAddress, ObjectIdentity } from './identity.ts';
export { immutableChanges } from './immutable.ts';
export type { ImmutableChange } from './immutable.ts';
export { asList, asMap, at, canonicalJson, clone, isMap, sameJson } from './kubernetes-object.ts';
export type {
  FieldSet,
  JsonMap,
  KubernetesObject,
  ManagedFieldsEntry,
  ObjectMetadata,
  OwnerReference,
} from './kubernetes-object.ts';
export { releaseNameProblem, withReleaseLabels } from './labels.ts';
export { completeSet, definedKinds } from './manifests/complete-set.ts';
export type { CompletedSet, ScopeLookup } from './manifests/complete-set.ts';
export {
  defaultManifestLimits,
  describeSource,
  isSkippedFile,
  parseManifests,
} from './manifests/parse-manifests.ts';
export type {
  ManifestFile,
  ManifestLimits,
  ManifestProblem,
  ManifestSource,
  ParsedManifests,
  SourcedObject,
} from './manifests/parse-manifests.ts';
export {
  FIELD_MANAGER,
  hasMarker,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  markerNames,
  RELEASE_NAME_LABEL,
  REPLICAS_MANAGER,
} from './markers.ts';
export type { Marker } from './markers.ts';
export { applyStages, isJob, isWorkload, orderIntoStages, podTemplatePath, stageGates } from './ordering.ts';
export type { ApplyStage } from './ordering.ts';
export {
  clientSideManagersOf,
  hasClientSideFields,
  ownsReplicas,
  readConflicts,
  takeOverFields,
} from './ownership.ts';
export type { FieldConflict } from './ownership.ts';
export { accessNeeds, deployVerbs, rolesFor } from './permissions.ts';
export type { AccessNeed, ResourceLookup } from './permissions.ts';
export { plannedActions, planRolling } from './plan/rolling.ts';
export type { Plan, PlannedAction, PlannedObject, PlanProblem, RollingInput } from './plan/rolling.ts';
export { pruneCandidates, pruneDecision, rollbackCandidates } from './prune.ts';
export type { PruneCandidate, PruneDecision } from './prune.ts';
export {
  CHUNK_BYTES,
  chunkName,
  imagesOf,
  indexName,
  inventoryKeys,
  lastSuccessful,
  nextReleaseNumber,
  otherOwner,
  RECORD_LABEL,
  RECORD_NUMBER_LABEL,
  RECORD_PART_LABEL,
  RECORD_TYPE,
  releaseOfStep,
  releasesToForget,
  releaseStatuses,
} from './release.ts';
export type { InventoryEntry, ReleaseIndex, ReleaseOwner, ReleaseStatus, ReleaseStep } from './release.ts';
export { autoscalerKinds, replicasHolder } from './replicas.ts';
