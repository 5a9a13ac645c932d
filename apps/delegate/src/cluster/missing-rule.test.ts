import { expect, test } from 'vitest';
import { missingRuleYaml, readForbidden } from './missing-rule.ts';

test.each([
  [
    'replicationcontrollers is forbidden: User "system:serviceaccount:a:b" cannot list resource "replicationcontrollers" in API group "" in the namespace "default"',
    {
      user: 'system:serviceaccount:a:b',
      verb: 'list',
      resource: 'replicationcontrollers',
      group: '',
      namespace: 'default',
    },
  ],
  [
    'deployments.apps "web" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "shop": no rule',
    { user: 'jane', verb: 'patch', resource: 'deployments', group: 'apps', namespace: 'shop' },
  ],
  [
    'namespaces "x" is forbidden: User "jane" cannot get resource "namespaces" in API group "" at the cluster scope',
    { user: 'jane', verb: 'get', resource: 'namespaces', group: '' },
  ],
])('reads who may not do what: %s', (message, expected) => {
  expect(readForbidden(message)).toEqual(expected);
});

test('another sentence is not guessed at', () => {
  expect(readForbidden('exceeded quota: pods')).toBeUndefined();
});

test('a Role names the service account by its namespace', () => {
  const yaml = missingRuleYaml({
    user: 'system:serviceaccount:tools:deployer',
    verb: 'patch',
    resource: 'deployments',
    group: 'apps',
    namespace: 'shop',
  });
  expect(yaml).toMatchInlineSnapshot(`
    "apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: slipway-patch-deployments
      namespace: shop
    rules:
      - apiGroups: ["apps"]
        resources: [deployments]
        verbs: [patch]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: slipway-patch-deployments
      namespace: shop
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: slipway-patch-deployments
    subjects:
      - kind: ServiceAccount
        name: deployer
        namespace: tools
    "
  `);
});

test('without a namespace it is a ClusterRole, for a user by name', () => {
  const yaml = missingRuleYaml({ user: 'jane', verb: 'get', resource: 'namespaces', group: '' });
  expect(yaml).toContain('kind: ClusterRole\n');
  expect(yaml).toContain('kind: ClusterRoleBinding\n');
  expect(yaml).toContain('verbs: [get, list, watch]');
  expect(yaml).toContain('name: "jane"');
});
