import { entityKinds } from '@slipway/contracts';
import type { EntityKind, RouteContract } from '@slipway/contracts';

interface Example {
  readonly request?: unknown;
  readonly response?: unknown;
}

const documents: Readonly<Record<EntityKind, string>> = {
  secret: `secret:
  name: Registry password
  identifier: registry_password
  type: SecretText
  spec:
    secretManagerIdentifier: harnessSecretManager
    valueType: Inline
    value: the-password
`,
  connector: `connector:
  name: Production cluster
  identifier: production_cluster
  type: K8sCluster
  spec:
    credential:
      type: InheritFromDelegate
    delegateSelectors:
      - local-delegate
`,
  service: `service:
  name: Storefront
  identifier: storefront
  serviceDefinition:
    type: Kubernetes
    spec:
      manifests:
        - manifest:
            identifier: storefront
            type: K8sManifest
            spec:
              store:
                type: Harness
                spec:
                  files:
                    - /storefront
`,
  environment: `environment:
  name: Production
  identifier: production
  type: Production
`,
  infrastructure: `infrastructureDefinition:
  name: Storefront cluster
  identifier: storefront_cluster
  environmentRef: production
  deploymentType: Kubernetes
  type: KubernetesDirect
  spec:
    connectorRef: production_cluster
    namespace: storefront
    releaseName: storefront
`,
  pipeline: `pipeline:
  name: Deploy storefront
  identifier: deploy_storefront
  stages:
    - stage:
        name: Deploy
        identifier: deploy
        type: Deployment
        spec:
          deploymentType: Kubernetes
          service:
            serviceRef: storefront
          environment:
            environmentRef: production
            infrastructureDefinitions:
              - identifier: storefront_cluster
          execution:
            steps:
              - step:
                  name: Rollout
                  identifier: rollout
                  type: K8sRollingDeploy
                  timeout: 10m
                  spec: {}
            rollbackSteps: []
        failureStrategies:
          - onFailure:
              errors: [AllErrors]
              action:
                type: StageRollback
`,
};

const at = '2026-03-02T09:30:00.000Z';

/** By operation; what a contract brings itself goes before. */
const examples: Readonly<Record<string, Example>> = {
  signIn: { request: { email: 'ada@example.com', password: 'correct horse battery' } },
  createApiKey: {
    request: { name: 'ci', role: '_pipeline_executor', expiresInDays: 90 },
    response: {
      id: 'k3v9x2m4q8tz',
      name: 'ci',
      prefix: 'slw.k3v9x2m4q8tz',
      role: '_pipeline_executor',
      scope: { org: 'default', project: 'default' },
      createdAt: at,
      expiresAt: '2026-05-31T09:30:00.000Z',
      value: 'slw.k3v9x2m4q8tz.shown-this-once',
    },
  },
  createOrganization: { request: { identifier: 'retail', name: 'Retail' } },
  createProject: { request: { identifier: 'storefront', name: 'Storefront' } },
  apply: { request: `${documents.environment}---\n${documents.service}` },
  testConnectorDocument: { request: documents.connector },
  startExecution: {
    request: { notes: 'Release 42' },
    response: { executionId: '019503f2-6f0e-7cc3-98c4-dc0c0c07398f' },
  },
  interruptExecution: { request: { type: 'AbortAll' }, response: { accepted: true } },
  createDelegateToken: {
    request: { name: 'production' },
    response: { name: 'production', scope: {}, status: 'ACTIVE', createdAt: at, value: 'shown-this-once' },
  },
};

export function exampleOf(contract: RouteContract): Example {
  if (contract.examples !== undefined) return contract.examples;
  const named = examples[contract.operationId];
  if (named !== undefined) return named;
  return contract.rawBody === 'document' ? documentExample(contract) : {};
}

function documentExample(contract: RouteContract): Example {
  // Every list of kinds is made of this record's own keys.
  const kinds = Object.keys(entityKinds) as EntityKind[];
  const kind = kinds.find((candidate) => entityKinds[candidate].collection === contract.tag);
  return kind === undefined ? {} : { request: documents[kind] };
}
