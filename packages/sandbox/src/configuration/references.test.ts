import { expect, test } from 'vitest';
import { configurationReferences, firstProblem, type Lookup } from './references.ts';

const pod = {
  spec: {
    volumes: [
      { name: 'kube-api-access-x', projected: { sources: [{ configMap: { name: 'kube-root-ca.crt' } }] } },
      { name: 'tls', secret: { secretName: 'tls', items: [{ key: 'tls.crt', path: 'crt' }] } },
      {
        name: 'all',
        projected: {
          sources: [{ configMap: { name: 'shared' } }, { secret: { name: 'maybe', optional: true } }],
        },
      },
      { name: 'scratch', emptyDir: {} },
    ],
    initContainers: [{ name: 'migrate', envFrom: [{ secretRef: { name: 'database' } }] }],
    containers: [
      {
        name: 'web',
        env: [
          { name: 'A', value: 'a' },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'settings', key: 'b' } } },
          { name: 'C', valueFrom: { secretKeyRef: { name: 'none', key: 'c', optional: true } } },
        ],
      },
    ],
  },
};

test('finds what a pod cannot do without, volumes first', () => {
  expect(configurationReferences(pod)).toEqual([
    { kind: 'Secret', name: 'tls', keys: ['tls.crt'], volume: 'tls' },
    { kind: 'ConfigMap', name: 'shared', keys: [], volume: 'all' },
    { kind: 'Secret', name: 'database', keys: [] },
    { kind: 'ConfigMap', name: 'settings', keys: ['b'] },
  ]);
});

test('a pod without references needs nothing', () => {
  expect(configurationReferences({ spec: { containers: [{ name: 'web' }] } })).toEqual([]);
});

const objects: Record<string, string[]> = {
  'Secret tls': ['tls.crt'],
  'ConfigMap shared': [],
  'Secret database': [],
  'ConfigMap settings': ['b'],
};

const without =
  (name: string): Lookup =>
  (kind, wanted) =>
    `${kind} ${wanted}` === name ? undefined : objects[`${kind} ${wanted}`];
const emptied =
  (name: string): Lookup =>
  (kind, wanted) =>
    `${kind} ${wanted}` === name ? [] : objects[`${kind} ${wanted}`];

test.each([
  ['all is there', without('nothing'), undefined],
  [
    'a mounted Secret is missing',
    without('Secret tls'),
    { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "tls" : secret "tls" not found' },
  ],
  [
    'a mounted key is missing',
    emptied('Secret tls'),
    {
      reason: 'FailedMount',
      message: 'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt',
    },
  ],
  [
    'a variable has no source',
    without('Secret database'),
    { reason: 'CreateContainerConfigError', message: 'secret "database" not found' },
  ],
  [
    'a variable has no key',
    emptied('ConfigMap settings'),
    { reason: 'CreateContainerConfigError', message: "couldn't find key b in ConfigMap shop/settings" },
  ],
])('%s', (_name, lookup, expected) => {
  expect(firstProblem('shop', configurationReferences(pod), lookup)).toEqual(expected);
});
