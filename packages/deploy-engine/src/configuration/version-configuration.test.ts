import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { at, parseManifests, podReferences, unneededVersions, versionConfiguration } from '../index.ts';
import type { KubernetesObject } from '../index.ts';
import { toVersionedName } from './version-configuration.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function version(content: string, skip = false) {
  const { objects, problems } = parseManifests([{ path: 'a.yaml', content }]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const placed = objects.map(({ object, source }) => ({
    object: { ...object, metadata: { namespace: 'shop', ...object.metadata } },
    source,
  }));
  return versionConfiguration(placed, { hash, skip });
}

const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n';
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {token: grün}\n';
const workload = (pod: string, kind = 'Deployment', apiVersion = 'apps/v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web}\nspec: {template: {spec: ${pod}}}\n`;
const usesAll = `{
  imagePullSecrets: [{name: key}, {name: other}],
  initContainers: [{name: i, envFrom: [{secretRef: {name: key}}]}],
  containers: [{name: c, env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}}, {name: B, valueFrom: {secretKeyRef: {name: key, key: token}}}], envFrom: [{configMapRef: {name: web}}]}],
  volumes: [{name: a, configMap: {name: web}}, {name: b, secret: {secretName: key}}, {name: p, projected: {sources: [{configMap: {name: web}}, {secret: {name: key}}]}}, {name: s, csi: {driver: d, nodePublishSecretRef: {name: key}}}]}`;

test('the name follows the content, and every reference in a pod spec follows the name', () => {
  const { objects, versioned } = version([config, secret, workload(usesAll)].join('---\n'));
  const [webName, keyName] = versioned.map(({ versionedName }) => versionedName);
  expect(webName).toMatch(/^web-[0-9a-f]{10}$/);
  const deployment = objects[2]?.object;
  const names =
    deployment === undefined ? [] : podReferences(deployment).map(({ kind, name }) => `${kind} ${name}`);
  expect(names).toHaveLength(11);
  expect(new Set(names)).toEqual(
    new Set([`ConfigMap ${webName ?? ''}`, `Secret ${keyName ?? ''}`, 'Secret other']),
  );
  expect(objects[0]?.object.metadata.annotations).toEqual({ 'slipway.dev/version-of': 'web' });
});

test('the same content has the same name, whatever order it is written in; other content has another', () => {
  const nameOf = (data: string): string | undefined =>
    version(
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: ${data}\n---\n${workload(usesAll)}`,
    ).versioned[0]?.versionedName;
  expect(nameOf('{a: b, c: d}')).toBe(nameOf('{c: d, a: b}'));
  expect(nameOf('{a: b}')).not.toBe(nameOf('{a: c}'));
});

test('stringData becomes data, in UTF-8, and wins over it', () => {
  const { objects } = version(
    'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\ndata: {token: b2xk, kept: a2VwdA==}\nstringData: {token: grün}\n',
  );
  expect(objects[0]?.object).toMatchObject({
    data: { token: Buffer.from('grün').toString('base64'), kept: 'a2VwdA==' },
  });
  expect(objects[0]?.object).not.toHaveProperty('stringData');
});

describe('what keeps its name', () => {
  const keeps = (...documents: string[]): string | undefined =>
    version(documents.join('---\n')).unversioned.find(({ name }) => name === 'web' || name === 'key')?.reason;
  const annotated = (annotation: string): string =>
    config.replace('{name: web}', `{name: web, annotations: {${annotation}: "true"}}`);

  test.for([
    [
      'an annotation of ours',
      [annotated('slipway.dev/skip-versioning'), workload(usesAll)],
      'its annotation says so',
    ],
    [
      'an annotation of the model product',
      [annotated('harness.io/skip-versioning'), workload(usesAll)],
      'its annotation says so',
    ],
    ['nothing refers to it', [config], 'no pod spec of this release refers to it'],
    [
      'an ingress refers to it',
      [
        secret,
        workload(usesAll),
        'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i}\nspec: {tls: [{secretName: key}]}\n',
      ],
      'something other than a pod spec refers to it',
    ],
    [
      'a service account refers to it',
      [
        secret,
        workload(usesAll),
        'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: s}\nimagePullSecrets: [{name: key}]\n',
      ],
      'something other than a pod spec refers to it',
    ],
    [
      'a role names it',
      [
        config,
        workload(usesAll),
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [""], resources: [configmaps], resourceNames: [web], verbs: [get]}]\n',
      ],
      'something other than a pod spec refers to it',
    ],
    [
      'a custom resource mentions it',
      [
        config,
        workload(usesAll),
        'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {settingsFrom: {name: web}}\n',
      ],
      'something other than a pod spec refers to it',
    ],
    [
      'an argument names it',
      [
        config,
        workload('{containers: [{name: c, args: ["--config=web"], envFrom: [{configMapRef: {name: web}}]}]}'),
      ],
      'something other than a pod spec refers to it',
    ],
    [
      'a token that Kubernetes fills in',
      [
        secret.replace('stringData', 'type: kubernetes.io/service-account-token\nstringData'),
        workload(usesAll),
      ],
      'Kubernetes fills it in under its own name',
    ],
  ] as const)('%s', ([, documents, reason]) => {
    expect(keeps(...documents)).toBe(reason);
  });

  test('a label or name that happens to be the same text is no reference', () => {
    const service =
      'apiVersion: v1\nkind: Service\nmetadata: {name: web, labels: {app: web}}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n';
    expect(
      keeps(config, service, workload('{containers: [{name: web, envFrom: [{configMapRef: {name: web}}]}]}')),
    ).toBeUndefined();
  });

  test('everything, when the manifest says so', () => {
    expect(version([config, workload(usesAll)].join('---\n'), true).versioned).toEqual([]);
  });
});

test('jobs and cron jobs are rewritten, too', () => {
  const cron = `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: c, envFrom: [{configMapRef: {name: web}}]}]}}}}}\n`;
  const { objects, versioned } = version([config, cron].join('---\n'));
  expect(
    at(objects[1]?.object, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers'),
  ).toMatchObject([{ envFrom: [{ configMapRef: { name: versioned[0]?.versionedName } }] }]);
});

test('a long name is shortened to leave room for the hash', () => {
  const name = toVersionedName(`${'a'.repeat(241)}.${'b'.repeat(11)}`, '0123456789');
  expect(name).toBe(`${'a'.repeat(241)}-0123456789`);
  expect(toVersionedName('a'.repeat(253), '0123456789')).toHaveLength(253);
});

test('a version goes when no kept release and nothing running names it', () => {
  const made = (name: string): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', labels: { 'slipway.dev/configuration-version': 'true' } },
  });
  const plain = { ...made('plain'), metadata: { name: 'plain', namespace: 'shop' } };
  const kept = new Set(['ConfigMap/shop/in-release']);
  const inUse = new Set(['ConfigMap/shop/in-pod']);
  const gone = unneededVersions([made('in-release'), made('in-pod'), made('old'), plain], kept, inUse);
  expect(gone.map((object) => object.metadata.name)).toEqual(['old']);
});
