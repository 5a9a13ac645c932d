import type { Cause, ExecutionNode, Failure } from '@slipway/contracts';
import { describe, expect, it } from 'vitest';
import { findNode, mostTelling, rowsOf, troubleOf } from './node-tree.ts';

const node = (
  id: string,
  status: ExecutionNode['status'],
  more: Partial<ExecutionNode> = {},
): ExecutionNode => ({
  node: id,
  identifier: id,
  name: id,
  kind: 'step',
  status,
  attempt: 1,
  retryCount: 0,
  sections: [],
  children: [],
  ...more,
});
const cause = (code: string, severity: Cause['severity']): Cause => ({
  code,
  severity,
  title: code,
  message: code,
  evidence: [],
  hints: [],
});
const failure: Failure = {
  code: 'deploy.failed',
  errorType: 'Unknown',
  message: 'failed',
  causes: [],
  evidence: [],
  hints: [],
};
const stage = (...children: ExecutionNode[]) => node('deploy', 'RUNNING', { kind: 'stage', children });

describe('the tree', () => {
  it('lists nodes below their parents', () => {
    const tree = stage(
      node('a', 'SUCCEEDED'),
      node('rollback', 'RUNNING', { kind: 'rollback', children: [node('b', 'RUNNING')] }),
    );
    expect(rowsOf(tree).map((row) => [row.node.node, row.depth])).toEqual([
      ['a', 0],
      ['rollback', 0],
      ['b', 1],
    ]);
    expect(findNode({ nodes: [tree] }, 'b')?.node).toBe('b');
  });
});

describe('what is shown first', () => {
  it.each([
    ['what runs', stage(node('a', 'SUCCEEDED'), node('b', 'RUNNING'), node('c', 'NOT_STARTED')), 'b'],
    [
      'what failed, while the rollback runs',
      stage(node('a', 'FAILED', { failure }), node('b', 'RUNNING')),
      'a',
    ],
    ['what ended last', stage(node('a', 'SUCCEEDED'), node('b', 'SUCCEEDED'), node('c', 'SKIPPED')), 'b'],
    [
      'the first step before anything began',
      stage(node('s', 'NOT_STARTED', { kind: 'service' }), node('a', 'NOT_STARTED')),
      'a',
    ],
  ])('is %s', (_, tree, id) => expect(mostTelling([tree])?.node).toBe(id));
});

describe('trouble', () => {
  it('is shown while the step still runs, fatal causes first', () => {
    const progress = {
      sentence: 'x',
      objects: [],
      causes: [cause('slow', 'warning'), cause('image.not_found', 'fatal')],
    };
    const trouble = troubleOf({ nodes: [stage(node('a', 'RUNNING', { progress }))] });
    expect(trouble?.causes.map((each) => each.code)).toEqual(['image.not_found', 'slow']);
    expect(trouble?.failure).toBeNull();
  });

  it('is not made of warnings of a step that ended well', () => {
    const progress = { sentence: 'x', objects: [], causes: [cause('slow', 'warning')] };
    expect(troubleOf({ nodes: [stage(node('a', 'SUCCEEDED', { progress }))] })).toBeNull();
  });

  it('is the failed node before anything else', () => {
    const trouble = troubleOf({
      nodes: [stage(node('a', 'FAILED', { failure }), node('b', 'RUNNING'))],
      failure,
    });
    expect(trouble?.node?.node).toBe('a');
  });

  it('is that of the execution when no node has one', () => {
    expect(troubleOf({ nodes: [stage()], failure })?.failure).toBe(failure);
  });
});
