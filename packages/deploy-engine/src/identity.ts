import type { KubernetesObject } from './kubernetes-object.ts';

/** What makes an object that object: the group without its version, so that a version bump is no new object. */
export interface ObjectIdentity {
  group: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** An identity plus the version to address it by. */
export interface ObjectAddress extends ObjectIdentity {
  apiVersion: string;
}

/** The group of an apiVersion; the core group is the empty string. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

export function addressOf(object: KubernetesObject): ObjectAddress {
  const { namespace, name } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    group: groupOf(object.apiVersion),
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
}

/** Some kinds live under two groups for the same stored object; one key for both. */
const sameGroup: Record<string, string> = {
  'extensions/Ingress': 'networking.k8s.io',
  '/Event': 'events.k8s.io',
};

/** A text that is equal for equal identities. */
export function keyOf(identity: ObjectIdentity): string {
  const group = sameGroup[`${identity.group}/${identity.kind}`] ?? identity.group;
  return `${group}/${identity.kind}/${identity.namespace ?? ''}/${identity.name}`;
}

export function keyOfObject(object: KubernetesObject): string {
  return keyOf(addressOf(object));
}

/** How a person names it: `Deployment shop/web`, `Namespace shop`. */
export function displayName(identity: Pick<ObjectIdentity, 'kind' | 'namespace' | 'name'>): string {
  const place = identity.namespace === undefined ? '' : `${identity.namespace}/`;
  return `${identity.kind} ${place}${identity.name}`;
}
