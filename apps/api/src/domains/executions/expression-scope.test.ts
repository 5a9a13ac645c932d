import { PipelineSchema } from '@slipway/contracts';
import { evaluateTemplate, maskSecrets, secretRefsOf } from '@slipway/expressions';
import type { ExecutionState, NodeState } from '@slipway/pipeline-core';
import { compile, nodeOf } from '@slipway/pipeline-core';
import { describe, expect, it } from 'vitest';
import { nodeScope, pipelineScope } from './expression-scope.ts';
import type { ExpressionFacts } from './expression-scope.ts';

const script = (identifier: string) => ({
  step: {
    name: identifier,
    identifier,
    type: 'ShellScript',
    spec: { source: { type: 'Inline', spec: { script: `echo ${identifier} <+env.name>` } } },
  },
});

const pipeline = PipelineSchema.parse({
  name: 'Deploy web',
  identifier: 'deploy_web',
  tags: { 'cost-centre': '42' },
  variables: [
    { name: 'greeting', type: 'String', value: 'Hello <+pipeline.name>' },
    { name: 'replicas', type: 'Number', value: '3' },
    { name: 'fallback', type: 'String', value: '', default: 'instead' },
    { name: 'token', type: 'Secret', value: 'account.token' },
  ],
  stages: ['first', 'second'].map((identifier) => ({
    stage: {
      name: identifier,
      identifier,
      type: 'Deployment',
      variables: [{ name: 'who', type: 'String', value: '<+stage.name> of <+service.name>' }],
      spec: {
        deploymentType: 'Kubernetes',
        service: { serviceRef: 'web' },
        environment: { environmentRef: 'staging', infrastructureDefinitions: [{ identifier: 'eu' }] },
        execution: { steps: [script('ask'), script('use')], rollbackSteps: [script('undo')] },
      },
    },
  })),
});

const compiled = compile(pipeline, { resolveDuration: () => 0 });
if (compiled.kind !== 'graph') throw new Error('the pipeline compiles');
const { graph } = compiled;

const ended = (outputs: Record<string, unknown>, fields: Partial<NodeState> = {}): NodeState => ({
  status: 'SUCCEEDED',
  startedAt: 1,
  endedAt: 2,
  attempt: 1,
  retryCount: 0,
  outputs,
  ...fields,
});

const env = {
  identifier: 'staging',
  name: 'Staging',
  description: '',
  type: 'PreProduction',
  tags: {},
  variables: [{ name: 'suffix', type: 'String', value: '80' }],
  scopeKey: 'account',
};
const preamble = (stage: string): Record<string, NodeState> => ({
  [stage]: { status: 'RUNNING', startedAt: 1, attempt: 1, retryCount: 0 },
  [`${stage}.$service`]: ended({
    identifier: 'web',
    name: 'Web',
    description: '',
    type: 'Kubernetes',
    tags: {},
    variables: [{ name: 'port', type: 'String', value: '80<+env.variables.suffix>' }],
    scopeKey: 'account',
    version: 1,
  }),
  [`${stage}.$infrastructure`]: ended({
    identifier: 'eu',
    name: 'Europe',
    tags: {},
    namespace: 'shop',
    releaseName: 'release-abc',
    connectorRef: 'account.cluster',
    connector: { identifier: 'cluster', name: 'Cluster', scopeKey: 'account', delegateSelectors: [] },
    allowSimultaneousDeployments: false,
    environment: 'staging',
    env,
    infraKey: 'abcdef0123',
    infraKeyShortId: 'abcdef',
  }),
});

const state: ExecutionState = {
  status: 'RUNNING',
  version: 9,
  startedAt: 1000,
  nodes: {
    ...preamble('first'),
    'first.ask': ended(
      { answer: '<+pipeline.name>', password: { secret: 'task/t1:password' } },
      { taskId: 't1', secretOutputs: ['password'], retryCount: 2 },
    ),
    ...preamble('second'),
  },
};

const about: ExpressionFacts = {
  facts: {
    id: 'e1',
    scope: { level: 'project', org: 'acme', project: 'shop' },
    pipeline: 'deploy_web',
    pipelineName: 'Deploy web',
    sequence: 7,
    trigger: {
      type: 'API',
      by: { type: 'user', id: 'u', name: 'Ada', email: 'ada@example.com' },
      notes: 'why',
    },
    createdAt: new Date(500),
  },
  graph,
  state,
  names: {
    org: { identifier: 'acme', name: 'Acme', description: '' },
    project: { identifier: 'shop', name: 'Shop', description: 'sells' },
  },
  baseUrl: 'http://slipway.test',
};

const evaluate = (text: string, node = 'second.use') =>
  evaluateTemplate(text, nodeScope(about, nodeOf(graph, node)));

describe('expressions of a step see', () => {
  it.each<[string, unknown]>([
    ['<+org.name>/<+project.name>/<+project.description>', 'Acme/Shop/sells'],
    [
      '<+pipeline.name> #<+pipeline.sequenceId> by <+pipeline.triggeredBy.name> <+pipeline.triggeredBy.email>',
      'Deploy web #7 by Ada ada@example.com',
    ],
    ['<+pipeline.tags["cost-centre"]>', '42'],
    ['<+pipeline.executionUrl>', 'http://slipway.test/orgs/acme/projects/shop/executions/e1'],
    ['<+pipeline.variables.greeting>', 'Hello Deploy web'],
    ['<+pipeline.variables.replicas>', 3],
    ['<+pipeline.variables.fallback>', 'instead'],
    ['<+stage.name>: <+stage.variables.who>', 'second: second of Web'],
    ['<+pipeline.stages.first.variables.who>', 'first of Web'],
    ['<+service.identifier> <+serviceVariables.port> <+service.variables.port>', 'web 8080 8080'],
    ['<+env.name> <+env.type> <+env.variables.suffix>', 'Staging PreProduction 80'],
    [
      '<+infra.namespace> <+infra.releaseName> <+infra.connector.name> <+infra.name>',
      'shop release-abc Cluster Europe',
    ],
    ['<+INFRA_KEY> <+INFRA_KEY_SHORT_ID>', 'abcdef0123 abcdef'],
    ['<+step.identifier> of <+stage.type>', 'use of Deployment'],
    ['<+pipeline.stages.first.spec.execution.steps.ask.output.outputVariables.answer>', '<+pipeline.name>'],
    [
      '<+pipeline.stages.first.spec.execution.steps.ask.status> <+pipeline.stages.first.spec.execution.steps.ask.retryCount>',
      'SUCCEEDED 2',
    ],
    ['<+execution.steps.ask.spec.source.spec.script>', 'echo ask Staging'],
    ['<+execution.steps.ask.status>', 'NOT_STARTED'],
    ['<+execution.rollbackSteps.undo.name>', 'undo'],
    ['<+pipeline.stages.second.status>', 'RUNNING'],
  ])('%s', (text, expected) => {
    const result = evaluate(text);
    expect(result.ok ? result.value : result.error.message).toEqual(expected);
  });

  it('secrets and secret outputs as references only', () => {
    const result = evaluate(
      '<+pipeline.variables.token> <+pipeline.stages.first.spec.execution.steps.ask.output.outputVariables.password> <+secrets.getValue("org.x")>',
    );
    if (!result.ok) throw new Error(result.error.message);
    expect(secretRefsOf(result.value)).toEqual(['account.token', 'task/t1:password', 'org.x']);
    expect(maskSecrets(result.value)).toBe('***** ***** *****');
  });

  it('no output of a step that has not run', () => {
    expect(evaluate('<+execution.steps.ask.output.outputVariables.answer>')).toMatchObject({
      ok: false,
      error: { code: 'expression.unknown_variable' },
    });
  });

  it('nothing of a stage before there is one', () => {
    expect(evaluateTemplate('<+service.name>', pipelineScope(about)).ok).toBe(false);
    expect(evaluateTemplate('<+pipeline.variables.replicas>', pipelineScope(about))).toEqual({
      ok: true,
      value: 3,
    });
  });
});
