/** What an API server refused, read from its own sentence. */
export interface RefusedAccess {
  user: string;
  verb: string;
  resource: string;
  group: string;
  namespace?: string;
}

// The sentence of Kubernetes' authorization filter, unchanged for years:
// https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go
const forbidden =
  /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/;

export function readForbidden(message: string): RefusedAccess | undefined {
  const match = forbidden.exec(message);
  if (match === null) return undefined;
  const [, user = '', verb = '', resource = '', group = '', namespace] = match;
  return { user, verb, resource, group, ...(namespace === undefined ? {} : { namespace }) };
}

/** The Role and binding that allow it, ready for `kubectl apply`. */
export function missingRuleYaml({ user, verb, resource, group, namespace }: RefusedAccess): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const place = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  const name = `slipway-${verb}-${resource.replaceAll(/[^a-z0-9]+/g, '-')}`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata:
  name: ${name}${place}
rules:
  - apiGroups: [${JSON.stringify(group)}]
    resources: [${resource}]
    verbs: [${verbsFor(verb).join(', ')}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
metadata:
  name: ${name}${place}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind}
  name: ${name}
subjects:
${subjectYaml(user)}`;
}

/** Whoever may list may as well get and watch: nobody gains a right to see more. */
function verbsFor(verb: string): string[] {
  return verb === 'list' || verb === 'get' || verb === 'watch' ? ['get', 'list', 'watch'] : [verb];
}

function subjectYaml(user: string): string {
  const [system, type, namespace, name] = user.split(':');
  if (system === 'system' && type === 'serviceaccount' && namespace !== undefined && name !== undefined) {
    return `  - kind: ServiceAccount\n    name: ${name}\n    namespace: ${namespace}\n`;
  }
  return `  - kind: User\n    apiGroup: rbac.authorization.k8s.io\n    name: ${JSON.stringify(user)}\n`;
}
