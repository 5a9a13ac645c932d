import { addressOf, displayName, groupOf, keyOfObject } from '../identity.ts';
import { asList, asMap, at } from '../kubernetes-object.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import type { ManifestProblem, SourcedObject } from './parse-manifests.ts';

/** Whether a kind lives in a namespace; undefined when the cluster does not serve it. */
export type ScopeLookup = (kind: { apiVersion: string; kind: string }) => boolean | undefined;

export interface CompletedSet {
  objects: SourcedObject[];
  problems: ManifestProblem[];
}

/**
 * Gives every namespaced object a namespace (its own, else the infrastructure's), takes it from cluster-scoped
 * ones, and refuses duplicates and kinds that neither the cluster nor a CRD of the set defines.
 */
export function completeSet(
  objects: readonly SourcedObject[],
  options: { namespace: string; isNamespaced: ScopeLookup },
): CompletedSet {
  const defined = definedKinds(objects.map(({ object }) => object));
  const problems: ManifestProblem[] = [];
  const seen = new Map<string, SourcedObject>();
  for (const { object, source } of objects) {
    const namespaced = options.isNamespaced(object) ?? defined.get(`${object.apiVersion}/${object.kind}`);
    if (namespaced === undefined) {
      problems.push({
        ...source,
        message: `The cluster knows no kind ${object.kind} in ${object.apiVersion}.`,
        hint: 'Is its CustomResourceDefinition installed, or is the version one that this cluster no longer serves?',
      });
      continue;
    }
    const completed = { object: placed(object, namespaced ? options.namespace : undefined), source };
    const key = keyOfObject(completed.object);
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, completed);
      continue;
    }
    problems.push({
      ...source,
      message: `${displayName(addressOf(completed.object))} is also defined in ${first.source.file}:${first.source.line}.`,
      hint: 'Remove one of the two, or give it another name.',
    });
  }
  return { objects: [...seen.values()], problems };
}

function placed(object: KubernetesObject, namespace: string | undefined): KubernetesObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (namespace === undefined) return { ...object, metadata };
  return { ...object, metadata: { ...metadata, namespace: own ?? namespace } };
}

/** The kinds that CRDs of the set define, with their scope. */
export function definedKinds(objects: readonly KubernetesObject[]): Map<string, boolean> {
  const kinds = new Map<string, boolean>();
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition' || groupOf(object.apiVersion) !== 'apiextensions.k8s.io')
      continue;
    const group = at(object, 'spec', 'group');
    const kind = at(object, 'spec', 'names', 'kind');
    for (const version of asList(at(object, 'spec', 'versions'))) {
      if (at(version, 'served') === false) continue;
      const name = asMap(version)?.['name'];
      kinds.set(
        `${String(group)}/${String(name)}/${String(kind)}`,
        at(object, 'spec', 'scope') === 'Namespaced',
      );
    }
  }
  return kinds;
}
