import { defaultReleaseName } from '@slipway/contracts';
import { stringify } from 'yaml';
import type { ProjectRef } from '../paths.ts';

export interface Named {
  readonly name: string;
  readonly identifier: string;
}

const write = (tree: unknown): string => stringify(tree, { lineWidth: 0 });
const scoped = (project: ProjectRef) => ({ orgIdentifier: project.org, projectIdentifier: project.project });

export const serviceDocument = (
  project: ProjectRef,
  { name, identifier }: Named,
  manifests: string,
): string =>
  write({
    service: {
      name,
      identifier,
      ...scoped(project),
      serviceDefinition: {
        type: 'Kubernetes',
        spec: {
          manifests: [
            {
              manifest: {
                identifier: 'manifests',
                type: 'K8sManifest',
                spec: { store: { type: 'Inline', spec: { content: manifests } } },
              },
            },
          ],
        },
      },
    },
  });

export const environmentDocument = (project: ProjectRef, { name, identifier }: Named): string =>
  write({ environment: { name, identifier, ...scoped(project), type: 'PreProduction' } });

export const connectorDocument = (
  project: ProjectRef,
  { name, identifier }: Named,
  tags: readonly string[],
): string =>
  write({
    connector: {
      name,
      identifier,
      ...scoped(project),
      type: 'K8sCluster',
      spec: { credential: { type: 'InheritFromDelegate' }, delegateSelectors: [...tags] },
    },
  });

export const infrastructureDocument = (
  project: ProjectRef,
  { name, identifier }: Named,
  environment: string,
  connector: string,
  namespace: string,
): string =>
  write({
    infrastructureDefinition: {
      name,
      identifier,
      ...scoped(project),
      environmentRef: environment,
      deploymentType: 'Kubernetes',
      type: 'KubernetesDirect',
      spec: { connectorRef: connector, namespace, releaseName: defaultReleaseName },
    },
  });

export interface PipelineTargets {
  readonly service: string;
  readonly environment: string;
  readonly infrastructure: string;
}

/** One stage that deploys by rolling and rolls back when anything fails. */
export const pipelineDocument = (
  project: ProjectRef,
  { name, identifier }: Named,
  targets: PipelineTargets,
): string =>
  write({
    pipeline: {
      name,
      identifier,
      ...scoped(project),
      stages: [
        {
          stage: {
            name: 'Deploy',
            identifier: 'deploy',
            type: 'Deployment',
            spec: {
              deploymentType: 'Kubernetes',
              service: { serviceRef: targets.service },
              environment: {
                environmentRef: targets.environment,
                infrastructureDefinitions: [{ identifier: targets.infrastructure }],
              },
              execution: {
                steps: [
                  {
                    step: {
                      name: 'Rolling deployment',
                      identifier: 'rollout',
                      type: 'K8sRollingDeploy',
                      timeout: '10m',
                      spec: { skipDryRun: false, pruningEnabled: false },
                    },
                  },
                ],
                rollbackSteps: [
                  {
                    step: {
                      name: 'Rolling rollback',
                      identifier: 'rollback',
                      type: 'K8sRollingRollback',
                      timeout: '10m',
                      spec: {},
                    },
                  },
                ],
              },
            },
            failureStrategies: [{ onFailure: { errors: ['AllErrors'], action: { type: 'StageRollback' } } }],
          },
        },
      ],
    },
  });

export const secretDocument = (project: ProjectRef, { name, identifier }: Named, value: string): string =>
  write({
    secret: {
      name,
      identifier,
      ...scoped(project),
      type: 'SecretText',
      spec: { secretManagerIdentifier: 'harnessSecretManager', valueType: 'Inline', value },
    },
  });
