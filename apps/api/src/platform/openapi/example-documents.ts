import type { EntityKind } from '@slipway/contracts';

/** One small document of each kind; together they are a deployment that works. */
export const documents: Readonly<Record<EntityKind, string>> = {
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
