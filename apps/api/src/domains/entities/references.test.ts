import type { Scope } from '@slipway/contracts';
import { describe, expect, it } from 'vitest';
import { readSingle } from './document.ts';
import { findReferences, resolveFileReference, targetKey } from './references.ts';

const project: Scope = { level: 'project', org: 'acme', project: 'shop' };

function referencesOf(text: string, scope: Scope = project, parent = ''): Record<string, string | null> {
  const result = readSingle(text);
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  const found = findReferences(result.document, scope, parent);
  return Object.fromEntries(found.map(({ path, target }) => [path.join('.'), target && targetKey(target)]));
}

describe('what a document refers to', () => {
  it('finds the secrets of a connector in the scopes they name', () => {
    const connector = `connector:
  name: c
  identifier: c
  type: K8sCluster
  spec:
    credential:
      type: ManualConfig
      spec:
        masterUrl: https://cluster:6443
        auth:
          type: ServiceAccount
          spec: {serviceAccountTokenRef: account.token, caCertRef: org.ca}
`;
    expect(Object.values(referencesOf(connector))).toEqual(['secret account  token', 'secret org/acme  ca']);
  });

  it('finds service, environment, infrastructure, files, secret variables and secrets in text of a pipeline', () => {
    const pipeline = `pipeline:
  name: p
  identifier: p
  variables: [{name: password, type: Secret, value: account.db}]
  stages:
    - stage:
        name: deploy
        identifier: deploy
        type: Deployment
        spec:
          deploymentType: Kubernetes
          service: {serviceRef: web}
          environment: {environmentRef: org.prod, infrastructureDefinitions: [{identifier: eu}]}
          execution:
            steps:
              - step: {name: s, identifier: s, type: ShellScript, spec: {source: {type: Inline, spec: {script: 'echo <+secrets.getValue("api-key")>'}}}}
              - step: {name: f, identifier: f, type: ShellScript, spec: {source: {type: Harness, spec: {file: 'account:/smoke.sh'}}}}
`;
    expect(new Set(Object.values(referencesOf(pipeline)))).toEqual(
      new Set([
        'secret account  db',
        'service project/acme/shop  web',
        'environment org/acme  prod',
        'infrastructure org/acme prod eu',
        'secret project/acme/shop  api-key',
        'file account  /smoke.sh',
      ]),
    );
  });

  it('leaves references with an expression to the run', () => {
    const infrastructure = `infrastructureDefinition:
  name: k8s
  identifier: k8s
  type: KubernetesDirect
  spec: {connectorRef: <+env.variables.cluster>, namespace: default, releaseName: web}
`;
    expect(Object.values(referencesOf(infrastructure, project, 'dev'))).toEqual([
      'environment project/acme/shop  dev',
    ]);
  });

  it('marks a scope that cannot be seen from the document', () => {
    const service = `service:
  name: web
  identifier: web
  serviceDefinition:
    type: Kubernetes
    spec:
      manifests: [{manifest: {identifier: m, type: K8sManifest, spec: {store: {type: Harness, spec: {files: ['org:/web']}}}}}]
`;
    expect(Object.values(referencesOf(service, { level: 'account' }))).toEqual([null]);
  });
});

describe('a path in the file store', () => {
  it("means the document's own scope unless it says another", () => {
    expect(resolveFileReference('/a/b.yaml', project)).toEqual({ scope: project, path: '/a/b.yaml' });
    expect(resolveFileReference('org:/a', project)).toEqual({
      scope: { level: 'org', org: 'acme' },
      path: '/a',
    });
    expect(resolveFileReference('account:/a', project)).toEqual({ scope: { level: 'account' }, path: '/a' });
    expect(resolveFileReference('a', project)).toBeNull();
  });
});
