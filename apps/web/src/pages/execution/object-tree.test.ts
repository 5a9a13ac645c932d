import type { ObjectStatus } from '@slipway/contracts';
import { expect, it } from 'vitest';
import { objectRows, objectTone } from './object-tree.ts';

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

it('marks what a fatal cause names as failed, and lets nothing turn after the end', () => {
  const pod: ObjectStatus = { ...object('pod'), status: 'in-progress' };
  const cause = {
    code: 'image.not_found',
    severity: 'fatal',
    title: '',
    message: '',
    evidence: [],
    hints: [],
    object: pod.ref,
  } as const;
  expect(objectTone(pod, [], false)).toBe('run');
  expect(objectTone(pod, [], true)).toBe('warn');
  expect(objectTone(pod, [{ ...cause, evidence: [], hints: [] }], false)).toBe('fail');
});
