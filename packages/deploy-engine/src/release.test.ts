import { describe, expect, test } from 'vitest';
import {
  accessNeeds,
  imagesOf,
  lastSuccessful,
  nextReleaseNumber,
  otherOwner,
  pruneCandidates,
  pruneDecision,
  readConflicts,
  releaseNameProblem,
  releaseOfStep,
  releasesToForget,
  rollbackCandidates,
  rolesFor,
  summarizeChanges,
} from './index.ts';
import type { InventoryEntry, KubernetesObject, ReleaseIndex, ReleaseStatus } from './index.ts';

const owner = { installation: 'i', service: 'web', environment: 'e', infrastructure: 'k' };

function entry(
  name: string,
  action: InventoryEntry['action'] = 'created',
  kind = 'ConfigMap',
): InventoryEntry {
  return {
    apiVersion: 'v1',
    group: '',
    kind,
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    ...(action === undefined ? {} : { action }),
  };
}

function release(number: number, status: ReleaseStatus, inventory: InventoryEntry[] = []): ReleaseIndex {
  return {
    schemaVersion: 1,
    releaseName: 'rel',
    number,
    status,
    owner,
    step: { executionId: `x${number}`, node: 'deploy', pipeline: 'p', sequence: number, startedBy: 's' },
    namespace: 'shop',
    createdAt: '2026-01-01T00:00:00Z',
    inventory,
    images: [],
    planDigest: '',
    chunks: [],
    manifestsDigest: '',
  };
}

const namesOf = (candidates: readonly { name: string }[]): string[] => candidates.map(({ name }) => name);

describe('numbers and owners', () => {
  const history = [
    release(1, 'succeeded'),
    release(2, 'succeeded'),
    release(3, 'failed'),
    release(4, 'rolled-back'),
  ];

  test('the next number is above every former one, whatever became of it', () => {
    expect(nextReleaseNumber([])).toBe(1);
    expect(nextReleaseNumber(history)).toBe(5);
  });

  test('only a success is ever gone back to', () => {
    expect(lastSuccessful(history)?.number).toBe(2);
    expect(lastSuccessful(history, 2)?.number).toBe(1);
    expect(lastSuccessful([release(1, 'failed')])).toBeUndefined();
  });

  test('a step finds its own release again', () => {
    expect(releaseOfStep(history, 'x3', 'deploy')?.number).toBe(3);
    expect(releaseOfStep(history, 'x3', 'other')).toBeUndefined();
  });

  test('a name belongs to one service and infrastructure', () => {
    expect(otherOwner(history, owner)).toBeUndefined();
    expect(otherOwner(history, { ...owner, infrastructure: 'other' })).toEqual(owner);
  });
});

test('retention keeps the newest successes, and what is younger than the oldest of them', () => {
  const history = [
    release(1, 'succeeded'),
    release(2, 'failed'),
    release(3, 'succeeded'),
    release(4, 'failed'),
    release(5, 'succeeded'),
  ];
  expect(releasesToForget(history, 2, 5).map(({ number }) => number)).toEqual([2, 1]);
  expect(releasesToForget(history, 10, 5)).toEqual([]);
  expect(releasesToForget([release(1, 'succeeded'), release(2, 'failed')], 1, 2)).toEqual([]);
});

describe('pruning, by the scenarios {a,b} then {a,c}', () => {
  const first = release(1, 'succeeded', [entry('a'), entry('b')]);

  test('what the last success had and this one lacks goes', () => {
    expect(namesOf(pruneCandidates([entry('a'), entry('c')], first, []))).toEqual(['b']);
  });

  test('what a failed release in between created goes, too; what it only changed stays', () => {
    const failed = release(2, 'failed', [
      entry('a', 'configured'),
      entry('d', 'created'),
      entry('e', 'configured'),
    ]);
    expect(namesOf(pruneCandidates([entry('a')], first, [failed]))).toEqual(['b', 'd']);
  });

  test('a rollback deletes what later releases created', () => {
    const later = release(2, 'failed', [
      entry('a', 'configured'),
      entry('c', 'created'),
      entry('d', 'unchanged'),
    ]);
    expect(namesOf(rollbackCandidates(first, [later]))).toEqual(['c']);
  });

  test('another version of the same kind is the same object', () => {
    const older = release(1, 'succeeded', [
      {
        ...entry('h', 'created', 'HorizontalPodAutoscaler'),
        apiVersion: 'autoscaling/v1',
        group: 'autoscaling',
      },
    ]);
    const newer = {
      ...entry('h', 'created', 'HorizontalPodAutoscaler'),
      apiVersion: 'autoscaling/v2',
      group: 'autoscaling',
    };
    expect(pruneCandidates([newer], older, [])).toEqual([]);
  });
});

describe('what may be deleted', () => {
  const live = (fields: Partial<KubernetesObject['metadata']> = {}): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'b',
      namespace: 'shop',
      uid: 'uid-b',
      labels: { 'slipway.dev/release-name': 'rel' },
      ...fields,
    },
  });
  const decide = (object: KubernetesObject | undefined, kind = 'ConfigMap') =>
    pruneDecision({ ...entry('b', 'created', kind), release: 1 }, object, 'rel');

  test('our object of that uid', () => {
    expect(decide(live())).toEqual({ delete: true, uid: 'uid-b' });
  });

  test.for([
    ['it is gone', undefined],
    ['another object has its name', live({ uid: 'other' })],
    ['it lost our label', live({ labels: {} })],
    ['it belongs to another release', live({ labels: { 'slipway.dev/release-name': 'other' } })],
    ['its annotation forbids it', live({ annotations: { 'harness.io/skipPruning': 'true' } })],
    [
      'it is a version of configuration',
      live({ labels: { 'slipway.dev/release-name': 'rel', 'slipway.dev/configuration-version': 'true' } }),
    ],
    ['it is being deleted', live({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
  ] as const)('not when %s', ([, object]) => {
    expect(decide(object).delete).toBe(false);
  });

  test.for(['Namespace', 'PersistentVolume', 'PersistentVolumeClaim'])(
    'a %s only with its own word',
    (kind) => {
      expect(decide(live(), kind).delete).toBe(false);
      expect(decide(live({ annotations: { 'slipway.dev/allow-deletion': 'true' } }), kind).delete).toBe(true);
    },
  );
});

describe('permissions', () => {
  const lookup = ({ kind }: { kind: string }) => ({
    plural: `${kind.toLowerCase()}s`,
    namespaced: kind !== 'ClusterRole',
  });
  const object = (apiVersion: string, kind: string, namespace?: string): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) },
  });

  test('every verb for every kind and namespace, once', () => {
    const needs = accessNeeds(
      [
        object('apps/v1', 'Deployment', 'shop'),
        object('apps/v1', 'Deployment', 'shop'),
        object('rbac.authorization.k8s.io/v1', 'ClusterRole'),
      ],
      lookup,
      'shop',
    );
    const of = (resource: string): string[] =>
      needs.filter((need) => need.resource === resource).map(({ verb }) => verb);
    expect(of('deployments')).toEqual(['get', 'list', 'watch', 'create', 'patch', 'delete']);
    expect(of('clusterroles')).toHaveLength(6);
    expect(needs.find((need) => need.resource === 'clusterroles')).not.toHaveProperty('namespace');
    expect(of('secrets')).toHaveLength(6);
    expect(needs.filter(({ required }) => !required).map(({ resource }) => resource)).toEqual([
      'events',
      'events',
      'pods',
      'horizontalpodautoscalers',
    ]);
  });

  test('what is missing is written as roles', () => {
    const yaml = rolesFor(
      [
        { group: 'apps', resource: 'deployments', verb: 'patch', namespace: 'shop', required: true },
        { group: 'apps', resource: 'statefulsets', verb: 'patch', namespace: 'shop', required: true },
        { group: '', resource: 'pods', subresource: 'log', verb: 'get', namespace: 'shop', required: false },
        { group: '', resource: 'namespaces', verb: 'create', required: true },
      ],
      'slipway-deploy',
    );
    expect(yaml).toBe(`apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: slipway-deploy
  namespace: shop
rules:
  - apiGroups: ["apps"]
    resources: ["deployments", "statefulsets"]
    verbs: ["patch"]
  - apiGroups: [""]
    resources: ["pods/log"]
    verbs: ["get"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: slipway-deploy
rules:
  - apiGroups: [""]
    resources: ["namespaces"]
    verbs: ["create"]
`);
  });
});

test('conflicts are read by field and owner', () => {
  const causes = [
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "operator" using apps/v1',
      field: '.spec.replicas',
    },
    {
      reason: 'FieldManagerConflict',
      message: 'conflict with "kube-controller-manager" with subresource "scale" using apps/v1',
      field: '.spec.replicas',
    },
    { reason: 'FieldValueInvalid', message: 'x' },
  ];
  expect(readConflicts(causes).map(({ field, owner }) => `${field} ${owner}`)).toEqual([
    '.spec.replicas operator',
    '.spec.replicas kube-controller-manager',
  ]);
});

test.for([
  ['release-abc123', true],
  ['a'.repeat(63), true],
  ['a'.repeat(64), false],
  ['Release', false],
  ['release_1', false],
  ['-release', false],
  ['', false],
] as const)('release name %s', ([name, good]) => {
  expect(releaseNameProblem(name) === undefined).toBe(good);
});

test('images are listed once, from templates of any depth', () => {
  const deployment: KubernetesObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'w' },
    spec: {
      template: { spec: { initContainers: [{ image: 'b' }], containers: [{ image: 'a' }, { image: 'b' }] } },
    },
  };
  expect(imagesOf([deployment])).toEqual(['a', 'b']);
});

test('a change set is summed up', () => {
  const object = entry('a');
  expect(summarizeChanges([])).toBe('nothing to do');
  expect(
    summarizeChanges([
      { object, action: 'unchanged' },
      { object, action: 'created' },
      { object, action: 'unchanged' },
    ]),
  ).toBe('1 created, 2 unchanged');
});
