import { stringify } from 'yaml';
import type { TestApi } from './harness.ts';

/** Where the fixture lives, below `/api/v1`. */
export const project = '/orgs/default/projects/default';

export interface StepText {
  readonly identifier: string;
  readonly type?: 'ShellScript' | 'K8sRollingDeploy' | 'K8sRollingRollback';
  readonly spec?: Record<string, unknown>;
  readonly timeout?: string;
  readonly failureStrategies?: unknown;
}

export const script = (identifier: string, text = 'true', extra: Partial<StepText> = {}): StepText => ({
  identifier,
  type: 'ShellScript',
  spec: { shell: 'Sh', source: { type: 'Inline', spec: { script: text } } },
  ...extra,
});

export interface PipelineText {
  readonly identifier?: string;
  readonly steps: readonly StepText[];
  readonly rollbackSteps?: readonly StepText[];
  readonly variables?: readonly unknown[];
  readonly stage?: Record<string, unknown>;
  readonly top?: Record<string, unknown>;
  readonly service?: string;
  readonly infrastructure?: string;
}

export function pipelineYaml(options: PipelineText): string {
  const toItem = (step: StepText) => ({
    step: { name: step.identifier, type: 'ShellScript', spec: {}, timeout: '1m', ...step },
  });
  const identifier = options.identifier ?? 'deploy_web';
  return stringify({
    pipeline: {
      name: identifier.replaceAll('_', ' '),
      identifier,
      ...options.top,
      variables: options.variables ?? [],
      stages: [
        {
          stage: {
            name: 'Deploy',
            identifier: 'deploy',
            type: 'Deployment',
            ...options.stage,
            spec: {
              deploymentType: 'Kubernetes',
              service: { serviceRef: options.service ?? 'web' },
              environment: {
                environmentRef: 'staging',
                infrastructureDefinitions: [{ identifier: options.infrastructure ?? 'eu' }],
              },
              execution: {
                steps: options.steps.map(toItem),
                rollbackSteps: (options.rollbackSteps ?? []).map(toItem),
              },
            },
          },
        },
      ],
    },
  });
}

export interface EntitiesText {
  readonly service?: string;
  readonly delegate?: string;
  readonly namespace?: string;
  readonly manifest?: string;
  readonly releaseName?: string;
}

export const configMap = `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
data:
  colour: blue
`;

/** A connector that inherits, a service with one manifest, an environment and its infrastructure. */
export function entitiesYaml(options: EntitiesText = {}): string {
  const suffix = options.service === undefined ? '' : `_${options.service}`;
  const documents = [
    {
      connector: {
        name: 'cluster',
        identifier: 'cluster',
        type: 'K8sCluster',
        spec: {
          credential: { type: 'InheritFromDelegate' },
          delegateSelectors: [options.delegate ?? 'local'],
        },
      },
    },
    {
      service: {
        name: options.service ?? 'web',
        identifier: options.service ?? 'web',
        serviceDefinition: {
          type: 'Kubernetes',
          spec: {
            manifests: [
              {
                manifest: {
                  identifier: 'all',
                  type: 'K8sManifest',
                  spec: { store: { type: 'Inline', spec: { content: options.manifest ?? configMap } } },
                },
              },
            ],
            variables: [{ name: 'port', type: 'String', value: '80<+env.variables.suffix>' }],
          },
        },
      },
    },
    {
      environment: {
        name: 'Staging',
        identifier: 'staging',
        type: 'PreProduction',
        variables: [{ name: 'suffix', type: 'String', value: '80' }],
      },
    },
    // Tests run beside each other here; in the other one they take turns.
    infrastructure(`eu${suffix}`, options, true),
    infrastructure(`one_at_a_time${suffix}`, options, false),
  ];
  return documents.map((document) => stringify(document)).join('---\n');
}

function infrastructure(identifier: string, options: EntitiesText, allowSimultaneousDeployments: boolean) {
  return {
    infrastructureDefinition: {
      name: identifier,
      identifier,
      environmentRef: 'staging',
      deploymentType: 'Kubernetes',
      type: 'KubernetesDirect',
      spec: {
        connectorRef: 'cluster',
        namespace: options.namespace ?? 'default',
        releaseName: options.releaseName ?? 'release-<+INFRA_KEY_SHORT_ID>',
      },
      allowSimultaneousDeployments,
    },
  };
}

export async function applyDocuments(api: TestApi, yaml: string): Promise<void> {
  const answer = await api.admin.post(`${project}/apply`, { raw: yaml });
  if (answer.status !== 200) throw new Error(`apply answered ${answer.status}: ${answer.text}`);
}
