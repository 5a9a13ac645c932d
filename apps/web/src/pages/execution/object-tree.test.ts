import type { ObjectStatus } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { objectRows } from './object-tree.ts';

const object = (id: string, parent?: string): ObjectStatus => ({
  id,
  ref: { apiVersion: 'v1', kind: 'Pod', name: id },
  status: 'current',
  summary: '',
  ...(parent === undefined ? {} : { parent }),
});

it('puts objects below their owners', () => {
  const rows = objectRows([
    object('deployment'),
    object('pod', 'set'),
    object('set', 'deployment'),
    object('service'),
  ]);
  expect(rows.map((row) => [row.object.id, row.depth])).toEqual([
    ['deployment', 0],
    ['set', 1],
    ['pod', 2],
    ['service', 0],
  ]);
});

it('keeps one whose owner is unknown, and survives one that owns itself', () => {
  expect(objectRows([object('pod', 'gone'), object('odd', 'odd')]).map((row) => row.depth)).toEqual([0, 0]);
});
