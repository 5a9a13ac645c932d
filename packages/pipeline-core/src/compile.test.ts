import { PipelineSchema } from '@slipway/contracts';
import { describe, expect, it } from 'vitest';
import { compile, defaultPipelineTimeoutMs, defaultStepTimeoutMs } from './compile.ts';
import { nodeOf, partsOf, stageOf } from './graph.ts';

const script = (identifier: string, extra: Record<string, unknown> = {}) => ({
  step: {
    name: identifier,
    identifier,
    type: 'ShellScript',
    spec: { source: { type: 'Inline', spec: { script: 'echo <+pipeline.name>' } } },
    ...extra,
  },
});

function pipeline(
  stage: Record<string, unknown> = {},
  top: Record<string, unknown> = {},
  steps = [script('check'), script('rollout')],
) {
  return PipelineSchema.parse({
    name: 'Deploy web',
    identifier: 'deploy_web',
    stages: [
      {
        stage: {
          name: 'Deploy',
          identifier: 'deploy',
          type: 'Deployment',
          spec: {
            deploymentType: 'Kubernetes',
            service: { serviceRef: 'web' },
            environment: { environmentRef: 'staging', infrastructureDefinitions: [{ identifier: 'eu' }] },
            execution: { steps, rollbackSteps: [script('undo')] },
          },
          ...stage,
        },
      },
    ],
    ...top,
  });
}

const resolveDuration = (text: string) =>
  text === '<+pipeline.variables.patience>' ? 5000 : { problem: `No ${text} here.` };

function compiled(document = pipeline()) {
  const result = compile(document, { resolveDuration });
  if (result.kind !== 'graph') throw new Error(JSON.stringify(result.problems));
  return result.graph;
}

describe('compiling a pipeline', () => {
  it('puts service, infrastructure and queue before the steps, and the rollback beside them', () => {
    const graph = compiled();
    expect(graph.stages).toEqual(['deploy']);
    expect(partsOf(nodeOf(graph, 'deploy'))).toEqual([
      'deploy.$service',
      'deploy.$infrastructure',
      'deploy.$queue',
      'deploy.check',
      'deploy.rollout',
      'deploy.$rollback',
    ]);
    expect(nodeOf(graph, 'deploy.undo').parent).toBe('deploy.$rollback');
    expect(stageOf(graph, 'deploy.undo').id).toBe('deploy');
    expect(nodeOf(graph, 'deploy.rollout')).toMatchObject({
      kind: 'step',
      type: 'ShellScript',
      place: 'stages.deploy.spec.execution.steps.rollout',
      timeoutMs: defaultStepTimeoutMs,
    });
    expect(graph.timeoutMs).toBe(defaultPipelineTimeoutMs);
  });

  it('takes delegate selectors from the nearest level that names any', () => {
    const graph = compiled(
      pipeline({ delegateSelectors: ['stage'] }, { delegateSelectors: ['top'] }, [
        script('a'),
        script('b', {
          spec: { source: { type: 'Inline', spec: { script: '' } }, delegateSelectors: ['own', 'eu'] },
        }),
      ]),
    );
    expect(nodeOf(graph, 'deploy.a').delegateSelectors).toEqual(['stage']);
    expect(nodeOf(graph, 'deploy.b').delegateSelectors).toEqual(['own', 'eu']);
    expect(
      nodeOf(compiled(pipeline({}, { delegateSelectors: ['top'] })), 'deploy.undo').delegateSelectors,
    ).toEqual(['top']);
  });

  it('reads durations, and asks for those that are expressions', () => {
    const retry = {
      type: 'Retry',
      spec: {
        retryCount: 2,
        retryIntervals: ['10s', '<+pipeline.variables.patience>'],
        onRetryFailure: { action: { type: 'StageRollback' } },
      },
    };
    const graph = compiled(
      pipeline(
        { timeout: '1h 30m', failureStrategies: [{ onFailure: { errors: ['AllErrors'], action: retry } }] },
        { timeout: '<+pipeline.variables.patience>' },
      ),
    );
    expect(graph.timeoutMs).toBe(5000);
    expect(nodeOf(graph, 'deploy')).toMatchObject({
      timeoutMs: 5_400_000,
      failureRules: [
        {
          errors: ['AllErrors'],
          action: { type: 'Retry', retryCount: 2, intervalsMs: [10_000, 5000], lastly: 'StageRollback' },
        },
      ],
    });
  });

  it('leaves the expression of a step timeout to its preparation, with the default until then', () => {
    const graph = compiled(pipeline({}, {}, [script('a', { timeout: '<+stage.variables.limit>' })]));
    expect(nodeOf(graph, 'deploy.a')).toMatchObject({
      timeoutMs: defaultStepTimeoutMs,
      timeoutText: '<+stage.variables.limit>',
    });
  });

  it('names what cannot be compiled and where', () => {
    const result = compile(pipeline({ timeout: '<+nothing>' }), { resolveDuration });
    expect(result).toEqual({
      kind: 'problems',
      problems: [{ place: 'stages.deploy.timeout', message: 'No <+nothing> here.' }],
    });
    expect(compile(pipeline(), { resolveDuration, onlyStages: ['other'] })).toMatchObject({
      problems: [{ message: 'The pipeline has no stage other.' }, { message: 'No stage is left to run.' }],
    });
  });

  it('runs the chosen stages only', () => {
    const document = pipeline();
    const [first] = document.stages;
    if (first === undefined) throw new Error('The builder makes a stage.');
    const two = { ...document, stages: [first, { stage: { ...first.stage, identifier: 'later' } }] };
    const result = compile(two, { resolveDuration, onlyStages: ['later'] });
    expect(result).toMatchObject({ graph: { stages: ['later'] } });
  });
});
