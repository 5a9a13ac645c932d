import { groupOf } from '../identity.ts';
import { asList, asMap, at, isMap } from '../kubernetes-object.ts';
import type { KubernetesObject } from '../kubernetes-object.ts';
import { podTemplatePath } from '../ordering.ts';
import { containerTexts } from './pod-references.ts';

/**
 * Names of ConfigMaps and Secrets that an object refers to from anywhere but the known places of a pod spec. Such
 * references are not rewritten, so what they name must keep its name. Built-in kinds are read by field; a kind
 * unknown to us is taken to refer to whatever name it mentions.
 */
export function namesReferredElsewhere(object: KubernetesObject): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (value: unknown): void => {
    if (typeof value === 'string' && value !== '') names.add(value);
  };
  if (podTemplatePath(object) !== undefined) {
    for (const text of containerTexts(object)) {
      add(text);
      // --config=name, and name=value pairs of programs that read the API themselves.
      add(text.slice(text.indexOf('=') + 1));
    }
    return names;
  }
  const read = byKind[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (read !== undefined) for (const name of read(object)) add(name);
  else if (!isBuiltIn(groupOf(object.apiVersion))) collectTexts(withoutMetadata(object), add);
  return names;
}

type NameReader = (object: KubernetesObject) => unknown[];

const namesOf = (list: unknown): unknown[] => asList(list).map((item) => at(item, 'name'));
const ruleNames: NameReader = (role) =>
  asList(role['rules']).flatMap((rule) => asList(at(rule, 'resourceNames')));

const byKind: Record<string, NameReader> = {
  'networking.k8s.io/Ingress': (ingress) => [
    ...asList(at(ingress, 'spec', 'tls')).map((tls) => at(tls, 'secretName')),
    // Controllers take Secrets and ConfigMaps from annotations, as name or namespace/name.
    ...Object.values(ingress.metadata.annotations ?? {}).map((value) => value.slice(value.indexOf('/') + 1)),
  ],
  '/ServiceAccount': (account) => [...namesOf(account['secrets']), ...namesOf(account['imagePullSecrets'])],
  'rbac.authorization.k8s.io/Role': ruleNames,
  'rbac.authorization.k8s.io/ClusterRole': ruleNames,
  'storage.k8s.io/StorageClass': (storage) => Object.values(asMap(storage['parameters']) ?? {}),
  '/PersistentVolume': (volume) => textsOf(volume['spec']),
};

function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  collectTexts(value, (text) => texts.push(String(text)));
  return texts;
}

function withoutMetadata(object: KubernetesObject): unknown {
  const { metadata, ...rest } = object;
  return { ...rest, annotations: metadata.annotations };
}

function collectTexts(value: unknown, add: (text: unknown) => void): void {
  if (typeof value === 'string') add(value);
  else if (Array.isArray(value)) for (const item of value) collectTexts(item, add);
  else if (isMap(value)) for (const item of Object.values(value)) collectTexts(item, add);
}

// Groups of the API server itself: no dot, or under k8s.io. Everything else is somebody's extension.
function isBuiltIn(group: string): boolean {
  return (
    !group.includes('.') ||
    (group.endsWith('.k8s.io') && !group.includes('.x-k8s.io') && group !== 'gateway.networking.k8s.io')
  );
}
