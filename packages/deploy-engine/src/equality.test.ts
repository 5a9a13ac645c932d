import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { FIELD_MANAGER, provesEqual, takeOverFields } from './index.ts';
import type { FieldSet, KubernetesObject } from './index.ts';
import { sameQuantity } from './quantity.ts';

interface Row {
  shows: string;
  kind?: string;
  desired: Record<string, unknown>;
  live: Record<string, unknown>;
  owned: FieldSet;
  equal: boolean;
}

// The table is written by hand in this form.
const rows = parse(readFileSync(new URL('../testdata/equality.yaml', import.meta.url), 'utf8')) as Row[];

function objectOf(row: Row, fields: Record<string, unknown>): KubernetesObject {
  const [apiVersion = 'v1', kind = 'ConfigMap'] = (row.kind ?? 'v1 ConfigMap').split(' ');
  return {
    apiVersion,
    kind,
    ...fields,
    metadata: { name: 'web', ...(fields['metadata'] as object | undefined) },
  };
}

function liveOf(row: Row, entry: Record<string, unknown> = {}): KubernetesObject {
  const live = objectOf(row, row.live);
  const owned = {
    manager: FIELD_MANAGER,
    operation: 'Apply',
    apiVersion: live.apiVersion,
    fieldsV1: row.owned,
    ...entry,
  };
  return { ...live, metadata: { ...live.metadata, managedFields: [owned] } };
}

test.for(rows.map((row) => [row.shows, row] as const))('%s', ([, row]) => {
  expect(provesEqual(objectOf(row, row.desired), liveOf(row), FIELD_MANAGER)).toBe(row.equal);
});

const [same] = rows;
if (same === undefined) throw new Error('The table is empty.');

test.for([
  ['another manager applied it', { manager: 'other' }],
  ['it was updated, not applied', { operation: 'Update' }],
  ['it was applied in another version', { apiVersion: 'v2' }],
  ['only a subresource was applied', { subresource: 'status' }],
] as const)('nothing is proved when %s', ([, entry]) => {
  expect(provesEqual(objectOf(same, same.desired), liveOf(same, entry), FIELD_MANAGER)).toBe(false);
});

test('nothing is proved while a client-side tool owns fields, or the object is being deleted', () => {
  const live = liveOf(same);
  const edited = {
    ...live.metadata,
    managedFields: [
      ...(live.metadata.managedFields ?? []),
      { manager: 'kubectl-edit', operation: 'Update', fieldsV1: {} },
    ],
  };
  expect(provesEqual(objectOf(same, same.desired), { ...live, metadata: edited }, FIELD_MANAGER)).toBe(false);
  const going = { ...live.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
  expect(provesEqual(objectOf(same, same.desired), { ...live, metadata: going }, FIELD_MANAGER)).toBe(false);
});

test('taking over unites the fields of client-side tools with ours and leaves others alone', () => {
  const controller = {
    manager: 'kube-controller-manager',
    operation: 'Update',
    subresource: 'status',
    fieldsV1: { 'f:status': {} },
  };
  const operator = { manager: 'operator', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:paused': {} } } };
  const lastApplied = {
    'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {}, 'f:note': {} },
  };
  const managedFields = [
    controller,
    operator,
    {
      manager: 'kubectl-client-side-apply',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsV1: { 'f:spec': { 'f:replicas': {} }, 'f:metadata': lastApplied },
    },
    {
      manager: 'kubectl-edit',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-02T00:00:00Z',
      fieldsV1: { 'f:spec': { 'f:template': {} } },
    },
  ];
  const live: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', resourceVersion: '7', managedFields },
  };
  expect(takeOverFields(live, FIELD_MANAGER)).toEqual([
    {
      op: 'replace',
      path: '/metadata/managedFields',
      value: [
        {
          manager: 'slipway',
          operation: 'Apply',
          apiVersion: 'apps/v1',
          time: '2026-01-02T00:00:00Z',
          fieldsV1: {
            'f:spec': { 'f:replicas': {}, 'f:template': {} },
            'f:metadata': { 'f:annotations': { 'f:note': {} } },
          },
        },
        controller,
        operator,
      ],
    },
    { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
  ]);
  const ours = { ...live, metadata: { name: 'web', managedFields: [controller, operator] } };
  expect(takeOverFields(ours, FIELD_MANAGER)).toBeUndefined();
});

test.for([
  ['1', '1000m', true],
  ['512Mi', '0.5Gi', true],
  ['1e3', '1k', true],
  ['1000', '1k', true],
  ['1Ki', '1024', true],
  ['1k', '1Ki', false],
  ['100m', '0.1', true],
  ['x', 'x', false],
  ['1', '2', false],
  ['9223372036854775807', '9223372036854775807', true],
] as const)('quantities %s and %s', ([left, right, same]) => {
  expect(sameQuantity(left, right)).toBe(same);
});
