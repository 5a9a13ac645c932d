import { describe, expect, it } from 'vitest';
import { entityKinds } from './entity-kinds.ts';
import type { EntityKind } from './entity-kinds.ts';
import { unsupportedParam } from './unsupported.ts';

const issuesOf = (kind: EntityKind, document: unknown) =>
  entityKinds[kind].document.safeParse(document).error?.issues.map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
    unsupported: issue.code === 'custom' && issue.params?.[unsupportedParam] === true,
  })) ?? [];

const step = (extra: object = {}) => ({
  step: {
    name: 'Rollout',
    identifier: 'rollout',
    type: 'K8sRollingDeploy',
    timeout: '10m',
    spec: { skipDryRun: false, pruningEnabled: false },
    ...extra,
  },
});
const pipeline = (stage: object = {}, steps: readonly object[] = [step()]) => ({
  pipeline: {
    name: 'Deploy',
    identifier: 'deploy',
    tags: {},
    flowControl: { barriers: [] },
    properties: { ci: {} },
    stages: [
      {
        stage: {
          name: 'Deploy',
          identifier: 'deploy',
          type: 'Deployment',
          skipCondition: '',
          when: { pipelineStatus: 'Success' },
          failureStrategies: [{ onFailure: { errors: ['AllErrors'], action: { type: 'StageRollback' } } }],
          spec: {
            deploymentType: 'Kubernetes',
            service: { serviceRef: 'web' },
            environment: {
              environmentRef: 'dev',
              deployToAll: false,
              infrastructureDefinitions: [{ identifier: 'k8s' }],
            },
            execution: {
              steps,
              rollbackSteps: [
                { step: { name: 'Undo', identifier: 'undo', type: 'K8sRollingRollback', spec: {} } },
              ],
            },
          },
          ...stage,
        },
      },
    ],
  },
});

describe('documents of the model product', () => {
  it('are accepted with fields at their neutral values', () => {
    expect(issuesOf('pipeline', pipeline())).toEqual([]);
  });

  it('are refused with a sentence where they ask for what is not supported yet', () => {
    expect(issuesOf('pipeline', pipeline({ strategy: { parallelism: 3 } }))).toEqual([
      {
        path: 'pipeline.stages.0.stage.strategy',
        message: 'Looping is not supported yet.',
        unsupported: true,
      },
    ]);
  });

  it('are refused with the path of an unknown field', () => {
    expect(issuesOf('pipeline', pipeline({}, [step({ colour: 'red' })])).map(({ path }) => path)).toEqual([
      'pipeline.stages.0.stage.spec.execution.steps.0.step',
    ]);
  });

  it('may not call two steps of a stage the same, rollback steps included', () => {
    expect(issuesOf('pipeline', pipeline({}, [step(), step({ identifier: 'undo' })]))).toEqual([
      {
        path: 'pipeline.stages.0.stage.spec.execution.rollbackSteps.0.step.identifier',
        message: 'Another step of this stage is already called undo.',
        unsupported: false,
      },
    ]);
  });

  it('say which actions a failure strategy may take', () => {
    const failureStrategies = [
      { onFailure: { errors: ['Timeout'], action: { type: 'ManualIntervention', spec: { timeout: '1h' } } } },
    ];
    expect(issuesOf('pipeline', pipeline({ failureStrategies }))[0]?.message).toContain(
      'Use Abort, StageRollback, Ignore or Retry',
    );
  });

  it('accept a retry with its intervals', () => {
    const retry = {
      type: 'Retry',
      spec: {
        retryCount: 3,
        retryIntervals: ['10s', '1m'],
        onRetryFailure: { action: { type: 'StageRollback' } },
      },
    };
    expect(
      issuesOf(
        'pipeline',
        pipeline({ failureStrategies: [{ onFailure: { errors: ['AllErrors'], action: retry } }] }),
      ),
    ).toEqual([]);
  });

  it('need a tag when a connector inherits the credentials of a delegate', () => {
    const connector = (delegateSelectors: string[]) => ({
      connector: {
        name: 'c',
        identifier: 'c',
        type: 'K8sCluster',
        spec: { credential: { type: 'InheritFromDelegate' }, delegateSelectors },
      },
    });
    expect(issuesOf('connector', connector(['eu']))).toEqual([]);
    expect(issuesOf('connector', connector([]))[0]?.path).toBe('connector.spec.delegateSelectors');
  });

  it('hold release names that fit a label and an object name', () => {
    const infrastructure = (releaseName: string) => ({
      infrastructureDefinition: {
        name: 'k',
        identifier: 'k',
        type: 'KubernetesDirect',
        spec: { connectorRef: 'c', namespace: 'default', releaseName },
      },
    });
    expect(issuesOf('infrastructure', infrastructure('release-<+INFRA_KEY_SHORT_ID>'))).toEqual([]);
    expect(issuesOf('infrastructure', infrastructure('quickstart'))).toEqual([]);
    expect(issuesOf('infrastructure', infrastructure('Quick Start'))).toHaveLength(1);
    expect(issuesOf('infrastructure', infrastructure('r'.repeat(64)))).toHaveLength(1);
  });
});
