import type { Failure, Status } from '@slipway/contracts';
import type { ExecutionState, Graph, GraphNode, NodeState } from '@slipway/pipeline-core';
import { describe, expect, it } from 'vitest';
import { headline, noDetails, waitingFor } from './sentences.ts';
import type { NodeDetails } from './sentences.ts';

const at = Date.parse('2026-01-02T03:04:05.000Z');

const nodeWith = (fields: Partial<GraphNode> & Pick<GraphNode, 'id' | 'kind'>): GraphNode => ({
  identifier: fields.id,
  name: fields.id,
  mode: 'sequential',
  children: [],
  failureRules: [],
  delegateSelectors: [],
  place: fields.id,
  ...fields,
});

const retry = { type: 'Retry', retryCount: 4, intervalsMs: [1000], lastly: 'Ignore' } as const;

const nodes: Graph['nodes'] = Object.fromEntries(
  [
    nodeWith({
      id: 'deploy',
      kind: 'stage',
      name: 'Deploy staging',
      children: ['deploy.$service', 'deploy.$queue', 'deploy.roll'],
      rollback: 'deploy.$rollback',
    }),
    nodeWith({ id: 'deploy.$service', kind: 'service', parent: 'deploy', name: 'Service web' }),
    nodeWith({ id: 'deploy.$queue', kind: 'queue', parent: 'deploy', name: 'Deployment queue' }),
    nodeWith({
      id: 'deploy.roll',
      kind: 'step',
      type: 'K8sRollingDeploy',
      parent: 'deploy',
      name: 'Rolling deployment',
      delegateSelectors: ['eu', 'gpu'],
      failureRules: [{ errors: ['AllErrors'], action: retry }],
    }),
    nodeWith({ id: 'deploy.$rollback', kind: 'rollback', parent: 'deploy', children: ['deploy.undo'] }),
    nodeWith({ id: 'deploy.undo', kind: 'step', parent: 'deploy.$rollback', name: 'Rolling rollback' }),
  ].map((node) => [node.id, node]),
);
const graph: Graph = { pipeline: { identifier: 'p', name: 'P' }, stages: ['deploy'], timeoutMs: 1, nodes };

const failure: Failure = {
  code: 'image.not_found',
  errorType: 'Verification',
  message: 'Deployment web did not become ready.',
  causes: [
    {
      code: 'image.not_found',
      severity: 'fatal',
      title: 'The image of container "web" cannot be pulled',
      message: '',
      evidence: [],
      hints: [],
    },
  ],
  evidence: [],
  hints: [],
};

const stateWith = (status: Status, fields: Partial<NodeState> = {}): NodeState => ({
  status,
  startedAt: at,
  attempt: 1,
  retryCount: 0,
  ...fields,
});

function waits(id: string, state: NodeState, details?: NodeDetails) {
  const node = nodes[id];
  if (node === undefined) throw new Error(`no node ${id}`);
  return waitingFor(graph, node, state, details);
}

const reason = (delegate: string, why: string) => ({
  delegate,
  eligible: false,
  reason: why,
  remedy: 'Start it.',
});

describe('what a node waits for', () => {
  it.each<[string, string, NodeState, NodeDetails | undefined]>([
    ['Loading the service', 'deploy.$service', stateWith('RUNNING'), undefined],
    ['Preparing Rolling deployment', 'deploy.roll', stateWith('RUNNING'), undefined],
    [
      'Waiting for a delegate to take Rolling deployment',
      'deploy.roll',
      stateWith('TASK_WAITING', { taskId: 't' }),
      undefined,
    ],
    [
      'Waiting for a delegate with the tags eu, gpu: none is installed',
      'deploy.roll',
      stateWith('TASK_WAITING', { taskId: 't' }),
      { delegates: [] },
    ],
    [
      'Waiting for a delegate with the tags eu, gpu: it lacks the tag gpu',
      'deploy.roll',
      stateWith('TASK_WAITING', { taskId: 't' }),
      { delegates: [reason('a', 'It lacks the tag gpu.')] },
    ],
    [
      'Waiting for a delegate: none of 2 fits',
      'deploy.undo',
      stateWith('TASK_WAITING', { taskId: 't' }),
      { delegates: [reason('a', 'It is gone.'), reason('b', 'It is full.')] },
    ],
    [
      'Running Rolling deployment on delegate local',
      'deploy.roll',
      stateWith('RUNNING', { taskId: 't', delegate: { name: 'local', instance: 'i' } }),
      undefined,
    ],
    [
      'Waiting for Deployment web: 1 of 3 pods ready',
      'deploy.roll',
      stateWith('RUNNING', { taskId: 't' }),
      { sentence: 'Waiting for Deployment web: 1 of 3 pods ready' },
    ],
    [
      'Waiting to try Rolling deployment again (retry 2 of 4) after: The image of container "web" cannot be pulled',
      'deploy.roll',
      stateWith('TIMED_WAITING', { retryCount: 1, failure, retryAt: at }),
      undefined,
    ],
    [
      'Waiting for delegate local to stop Rolling deployment',
      'deploy.roll',
      stateWith('DISCONTINUING', { delegate: { name: 'local', instance: 'i' } }),
      undefined,
    ],
    ['Waiting for its turn to deploy', 'deploy.$queue', stateWith('RESOURCE_WAITING'), undefined],
    [
      'Waiting for its turn to deploy: after Shop #7 and 1 more',
      'deploy.$queue',
      stateWith('RESOURCE_WAITING'),
      {
        queue: [
          { executionId: 'x', pipeline: 'Shop', sequence: 7, position: 1 },
          { executionId: 'y', pipeline: 'Mail', sequence: 8, position: 2 },
        ],
      },
    ],
  ])('%s', (sentence, id, state, details) => {
    expect(waits(id, state, details)?.what).toBe(sentence);
  });

  it('says since when and until when', () => {
    expect(waits('deploy.roll', stateWith('RUNNING', { deadlineAt: at + 600_000 }))).toMatchObject({
      since: '2026-01-02T03:04:05.000Z',
      until: '2026-01-02T03:14:05.000Z',
    });
    const offered = waits('deploy.roll', stateWith('TASK_WAITING', { taskId: 't' }), {
      taskCreatedAt: at + 1000,
    });
    expect(offered?.since).toBe('2026-01-02T03:04:06.000Z');
  });

  it('is nothing for what has ended and for what holds others', () => {
    expect(waits('deploy.roll', stateWith('SUCCEEDED'))).toBeUndefined();
    expect(waits('deploy', stateWith('RUNNING'))).toBeUndefined();
  });
});

describe('the headline', () => {
  const executionWith = (
    status: Status,
    live: Record<string, NodeState>,
    fields: Partial<ExecutionState> = {},
  ): string =>
    headline({
      graph,
      state: { status, version: 1, nodes: live, ...fields },
      services: ['web'],
      environments: ['staging'],
      details: noDetails,
    });
  const running = { deploy: stateWith('RUNNING') };

  it.each<[string, string]>([
    ['Starting', executionWith('RUNNING', {})],
    [
      'Preparing Rolling deployment',
      executionWith('RUNNING', { ...running, 'deploy.roll': stateWith('RUNNING') }),
    ],
    [
      'Rolling back Deploy staging: The image of container "web" cannot be pulled',
      executionWith(
        'RUNNING',
        {
          ...running,
          'deploy.$rollback': stateWith('RUNNING'),
          'deploy.undo': stateWith('RUNNING', { taskId: 't' }),
        },
        { failure: { node: 'deploy.roll', failure } },
      ),
    ],
    [
      'Aborting: waiting for its delegate to stop Rolling deployment',
      executionWith(
        'DISCONTINUING',
        { ...running, 'deploy.roll': stateWith('DISCONTINUING', { taskId: 't' }) },
        { ending: { status: 'ABORTED' }, abortedBy: 'Ada' },
      ),
    ],
    ['Deployed web to staging', executionWith('SUCCEEDED', { 'deploy.roll': stateWith('SUCCEEDED') })],
    ['Succeeded', executionWith('SUCCEEDED', {})],
    [
      'The image of container "web" cannot be pulled',
      executionWith('FAILED', {}, { failure: { node: 'deploy.roll', failure } }),
    ],
    [
      'Step x did not end within 1m.',
      executionWith(
        'EXPIRED',
        {},
        { failure: { failure: { ...failure, causes: [], message: 'Step x did not end within 1m.' } } },
      ),
    ],
    ['Aborted by Ada', executionWith('ABORTED', {}, { abortedBy: 'Ada' })],
    [
      'Aborted: The image of container "web" cannot be pulled',
      executionWith('ABORTED', {}, { failure: { node: 'deploy.roll', failure } }),
    ],
  ])('%s', (sentence, said) => {
    expect(said).toBe(sentence);
  });
});
