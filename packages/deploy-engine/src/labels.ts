import { MANAGED_BY_LABEL, MANAGED_BY_VALUE, RELEASE_NAME_LABEL } from './markers.ts';
import { asMap, at } from './kubernetes-object.ts';
import type { JsonMap, KubernetesObject } from './kubernetes-object.ts';
import { isJob, podTemplatePath } from './ordering.ts';

/** Why a release name cannot be a label value, or undefined when it can. */
export function releaseNameProblem(releaseName: string): string | undefined {
  if (releaseName.length > 63) {
    return `The release name "${releaseName}" has ${releaseName.length} characters; it must be no more than 63 characters.`;
  }
  // Part of a Secret's name, too, hence no capitals or underscores.
  if (/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(releaseName)) return undefined;
  return `The release name "${releaseName}" must be lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit.`;
}

/**
 * The object with the labels of its release: on its metadata and on the pods it makes, never in a selector. The
 * template of a Job that exists without the label is left alone: it is immutable.
 */
export function withReleaseLabels(
  object: KubernetesObject,
  releaseName: string,
  live: KubernetesObject | undefined,
): KubernetesObject {
  const labels: Record<string, string> = { ...object.metadata.labels, [RELEASE_NAME_LABEL]: releaseName };
  const liveManager = live?.metadata.labels?.[MANAGED_BY_LABEL];
  if (
    object.metadata.labels?.[MANAGED_BY_LABEL] === undefined &&
    (liveManager ?? MANAGED_BY_VALUE) === MANAGED_BY_VALUE
  ) {
    labels[MANAGED_BY_LABEL] = MANAGED_BY_VALUE;
  }
  const labelled = { ...object, metadata: { ...object.metadata, labels } };
  const path = podTemplatePath(object);
  if (path === undefined || path.length === 0 || asMap(at(object, ...path)) === undefined) return labelled;
  if (isJob(object) && live !== undefined) {
    const templateLabel = at(live, ...path, 'metadata', 'labels', RELEASE_NAME_LABEL);
    if (templateLabel !== releaseName) return labelled;
  }
  return withTemplateLabel(labelled, path, releaseName);
}

function withTemplateLabel(
  object: KubernetesObject,
  path: readonly string[],
  releaseName: string,
): KubernetesObject {
  const root: JsonMap = { ...object };
  let node = root;
  for (const key of [...path, 'metadata', 'labels']) {
    const below: JsonMap = { ...asMap(node[key]) };
    node[key] = below;
    node = below;
  }
  node[RELEASE_NAME_LABEL] = releaseName;
  // A copy of the object with one more label deep inside it.
  return root as unknown as KubernetesObject;
}
