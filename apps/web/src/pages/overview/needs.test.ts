import type { DelegateView, EntitySummary, ExecutionSummary } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { needsOf } from './needs.ts';

const actor = { type: 'user', id: 'u', name: 'u' } as const;
const at = '2026-11-21T00:00:00Z';
const execution = (
  sequence: number,
  pipeline: string,
  status: ExecutionSummary['status'],
): ExecutionSummary => ({
  executionId: `${pipeline}-${sequence}`,
  sequence,
  pipeline: { identifier: pipeline, name: pipeline },
  scope: {},
  status,
  headline: '',
  stages: [],
  services: [],
  environments: [],
  trigger: { type: 'MANUAL', by: actor },
  createdAt: at,
});
const delegate = (name: string, connected: boolean): DelegateView => ({
  name,
  connected,
  scope: {},
  tags: [],
  instances: [],
  createdAt: at,
});
const connector = (identifier: string, status: 'SUCCESS' | 'FAILURE'): EntitySummary => ({
  kind: 'connector',
  identifier,
  name: identifier,
  tags: {},
  type: 'K8sCluster',
  scope: {},
  version: 1,
  createdAt: at,
  createdBy: actor,
  updatedAt: at,
  updatedBy: actor,
  connectivity: { status },
});

it('names pipelines whose last run failed, not those that were mended since', () => {
  const needs = needsOf(
    [execution(3, 'web', 'SUCCEEDED'), execution(9, 'api', 'FAILED'), execution(2, 'web', 'FAILED')],
    [],
    [],
  );
  expect(needs.map((need) => (need.kind === 'execution' ? need.execution.executionId : need.kind))).toEqual([
    'api-9',
  ]);
});

it('names delegates that are away and connectors that do not work', () => {
  const needs = needsOf(
    [],
    [delegate('a', true), delegate('b', false)],
    [connector('c', 'FAILURE'), connector('d', 'SUCCESS')],
  );
  expect(needs.map((need) => need.kind)).toEqual(['delegate', 'connector']);
});
