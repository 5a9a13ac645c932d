import type { KubernetesObject } from './kubernetes-object.ts';
import { groupOf } from './identity.ts';

/** The verbs a deployment needs on every kind in its set. */
export const deployVerbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'] as const;

/** One question to the cluster: may we? Cluster-scoped kinds have no namespace. */
export interface AccessNeed {
  group: string;
  resource: string;
  verb: string;
  namespace?: string;
  subresource?: string;
  /** Without it the deployment cannot work; else only explanations get poorer. */
  required: boolean;
}

export interface ResourceLookup {
  (kind: { apiVersion: string; kind: string }): { plural: string; namespaced: boolean } | undefined;
}

// What is read to tell how a release is doing; all in the namespaces of the set.
const surroundings = [
  { group: '', resource: 'pods', verbs: ['list', 'watch'], required: true },
  { group: 'apps', resource: 'replicasets', verbs: ['list', 'watch'], required: true },
  { group: '', resource: 'events', verbs: ['list', 'watch'], required: false },
  { group: '', resource: 'pods', subresource: 'log', verbs: ['get'], required: false },
  { group: 'autoscaling', resource: 'horizontalpodautoscalers', verbs: ['list'], required: false },
] as const;

// What may name a version of configuration: unless all of it can be listed, old versions are kept.
const versionUsers = [
  { group: 'apps', resource: 'controllerrevisions', verbs: ['list'], required: false },
  { group: 'batch', resource: 'jobs', verbs: ['list'], required: false },
  { group: 'batch', resource: 'cronjobs', verbs: ['list'], required: false },
] as const;

/** Every access a deployment of a set needs, each once. `recordNamespace` is where the releases are recorded. */
export function accessNeeds(
  objects: readonly KubernetesObject[],
  lookup: ResourceLookup,
  recordNamespace: string,
): AccessNeed[] {
  const needs = new Map<string, AccessNeed>();
  const add = (need: AccessNeed): void => {
    const key = `${need.group}/${need.resource}/${need.subresource ?? ''}/${need.namespace ?? ''}/${need.verb}`;
    const known = needs.get(key);
    if (known === undefined || (need.required && !known.required)) needs.set(key, need);
  };
  const namespaces = new Set([recordNamespace]);
  for (const object of objects) {
    const resource = lookup(object);
    if (resource === undefined) continue;
    const { namespace } = object.metadata;
    if (resource.namespaced && namespace !== undefined) namespaces.add(namespace);
    for (const verb of deployVerbs) {
      const place = resource.namespaced && namespace !== undefined ? { namespace } : {};
      add({ group: groupOf(object.apiVersion), resource: resource.plural, verb, ...place, required: true });
    }
  }
  for (const verb of deployVerbs)
    add({ group: '', resource: 'secrets', verb, namespace: recordNamespace, required: true });
  // A stateful set never replaces a broken pod of an old revision by itself.
  for (const { kind, metadata } of objects) {
    if (kind !== 'StatefulSet' || metadata.namespace === undefined) continue;
    add({ group: '', resource: 'pods', verb: 'delete', namespace: metadata.namespace, required: false });
  }
  const hasVersions = objects.some(({ kind }) => kind === 'ConfigMap' || kind === 'Secret');
  for (const namespace of namespaces) {
    for (const { verbs, ...rest } of [...surroundings, ...(hasVersions ? versionUsers : [])])
      for (const verb of verbs) add({ ...rest, verb, namespace });
  }
  return [...needs.values()];
}

interface RuleGroup {
  group: string;
  verbs: string[];
  resources: string[];
}

/** The Role or ClusterRole documents, as YAML, that would grant what is missing. */
export function rolesFor(missing: readonly AccessNeed[], name: string): string {
  const places = new Map<string, AccessNeed[]>();
  for (const need of missing)
    places.set(need.namespace ?? '', [...(places.get(need.namespace ?? '') ?? []), need]);
  return [...places].map(([namespace, needs]) => roleYaml(namespace, needs, name)).join('---\n');
}

function roleYaml(namespace: string, needs: readonly AccessNeed[], name: string): string {
  const lines = [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${namespace === '' ? 'ClusterRole' : 'Role'}`,
    'metadata:',
    `  name: ${name}`,
    ...(namespace === '' ? [] : [`  namespace: ${namespace}`]),
    'rules:',
  ];
  for (const rule of groupRules(needs)) {
    lines.push(
      `  - apiGroups: [${JSON.stringify(rule.group)}]`,
      `    resources: [${rule.resources.map((item) => JSON.stringify(item)).join(', ')}]`,
      `    verbs: [${rule.verbs.map((item) => JSON.stringify(item)).join(', ')}]`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function groupRules(needs: readonly AccessNeed[]): RuleGroup[] {
  const byResource = new Map<string, { group: string; resource: string; verbs: string[] }>();
  for (const need of needs) {
    const resource = need.subresource === undefined ? need.resource : `${need.resource}/${need.subresource}`;
    const key = `${need.group}/${resource}`;
    const known = byResource.get(key) ?? { group: need.group, resource, verbs: [] };
    if (!known.verbs.includes(need.verb)) known.verbs.push(need.verb);
    byResource.set(key, known);
  }
  const rules = new Map<string, RuleGroup>();
  for (const { group, resource, verbs } of byResource.values()) {
    const key = `${group}/${verbs.join(',')}`;
    const rule = rules.get(key) ?? { group, verbs, resources: [] };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}
