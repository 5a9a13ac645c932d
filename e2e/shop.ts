import { stringify } from 'yaml';

/** What the sample of a test deploys, and where. */
export interface Shop {
  /** Of service and pipeline; the other documents' identifiers begin with it. */
  readonly name: string;
  readonly namespace: string;
  readonly image?: string;
  /** `prune: true` and the like in the step's spec. */
  readonly rolling?: Readonly<Record<string, unknown>>;
}

const annotated = (image: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: shop-config
data:
  greeting: hello
---
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 3
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: shop
          image: ${image}
          envFrom: [{configMapRef: {name: shop-config}}]
`;

/** The whole way to a deployment of three replicas, a Service and a ConfigMap through the local delegate. */
export function shopDocuments(shop: Shop): string {
  const { name, namespace, image = 'registry.example/shop:1', rolling = {} } = shop;
  return documents([
    localConnector(name),
    inlineService(name, annotated(image)),
    { environment: { name: `${name}_env`, identifier: `${name}_env`, type: 'PreProduction' } },
    infrastructureIn(name, namespace),
    pipelineOf(name, {
      steps: [step('rollout', 'K8sRollingDeploy', rolling)],
      rollbackSteps: [step('rollback', 'K8sRollingRollback')],
    }),
  ]);
}

/** The documents as one stream. */
export const documents = (trees: readonly unknown[]): string =>
  trees.map((tree) => stringify(tree)).join('---\n');

export const localConnector = (name: string): unknown => ({
  connector: {
    name: `${name}_cluster`,
    identifier: `${name}_cluster`,
    type: 'K8sCluster',
    spec: { credential: { type: 'InheritFromDelegate' }, delegateSelectors: ['local-delegate'] },
  },
});

export const inlineService = (name: string, manifests: string): unknown => ({
  service: {
    name,
    identifier: name,
    serviceDefinition: {
      type: 'Kubernetes',
      spec: {
        manifests: [
          {
            manifest: {
              identifier: 'main',
              type: 'K8sManifest',
              spec: { store: { type: 'Inline', spec: { content: manifests } } },
            },
          },
        ],
      },
    },
  },
});

export const infrastructureIn = (name: string, namespace: string): unknown => ({
  infrastructureDefinition: {
    name: `${name}_infra`,
    identifier: `${name}_infra`,
    environmentRef: `${name}_env`,
    type: 'KubernetesDirect',
    spec: { connectorRef: `${name}_cluster`, namespace, releaseName: 'release-<+INFRA_KEY_SHORT_ID>' },
  },
});

export const step = (
  identifier: string,
  type: string,
  spec: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): unknown => ({ step: { name: identifier, identifier, type, timeout: '10m', spec, ...more } });

export const script = (
  identifier: string,
  text: string,
  spec: Readonly<Record<string, unknown>> = {},
): unknown =>
  step(identifier, 'ShellScript', {
    shell: 'Bash',
    source: { type: 'Inline', spec: { script: text } },
    ...spec,
  });

/** One stage `deploy` with these steps, on the documents of the same name. */
export const pipelineOf = (
  name: string,
  execution: { steps: readonly unknown[]; rollbackSteps?: readonly unknown[] },
  identifier = name,
): unknown => ({
  pipeline: {
    name: identifier,
    identifier,
    stages: [
      {
        stage: {
          name: 'deploy',
          identifier: 'deploy',
          type: 'Deployment',
          spec: {
            deploymentType: 'Kubernetes',
            service: { serviceRef: name },
            environment: {
              environmentRef: `${name}_env`,
              infrastructureDefinitions: [{ identifier: `${name}_infra` }],
            },
            execution,
          },
        },
      },
    ],
  },
});
