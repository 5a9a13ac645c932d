import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkPlan, FIELD_MANAGER, keyOfObject, parseManifests, planRolling } from '../index.ts';
import type { FieldSet, KubernetesObject, Plan, SourcedObject } from '../index.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

function objectsOf(content: string): SourcedObject[] {
  const { objects, problems } = parseManifests([{ path: 'a.yaml', content }]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return objects.map(({ object, source }) => ({
    object: { ...object, metadata: { namespace: 'shop', ...object.metadata } },
    source,
  }));
}

function plan(
  content: string,
  live: readonly KubernetesObject[] = [],
  extra: { autoscalers?: KubernetesObject[]; ownUids?: Set<string> } = {},
): Plan {
  const map = new Map(live.map((object) => [keyOfObject(object), object]));
  return planRolling({
    releaseName: 'rel',
    objects: objectsOf(content),
    live: map,
    autoscalers: extra.autoscalers ?? [],
    hash,
    ...(extra.ownUids === undefined ? {} : { ownUids: extra.ownUids }),
  });
}

/** The live object after its plan was carried out: ours field by field, maps and lists owned as a whole below the spec. */
function applied(
  content: string,
  changes: (object: KubernetesObject) => KubernetesObject = (object) => object,
): KubernetesObject {
  const [item] = plan(content).objects;
  if (item === undefined) throw new Error('no object');
  const { name: _name, namespace: _namespace, ...metadata } = item.object.metadata;
  const { apiVersion, kind: _kind, metadata: _metadata, ...rest } = item.object;
  const fieldsV1: FieldSet = { 'f:metadata': owned(metadata, 2) };
  for (const [field, value] of Object.entries(rest)) fieldsV1[`f:${field}`] = owned(value, 1);
  const live = {
    ...item.object,
    metadata: {
      ...item.object.metadata,
      uid: 'u',
      managedFields: [{ manager: FIELD_MANAGER, operation: 'Apply', apiVersion, fieldsV1 }],
    },
  };
  return changes(live);
}

function owned(value: unknown, depth: number): FieldSet {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [`f:${name}`, owned(item, depth - 1)]),
  );
}

const actions = ({ objects }: Plan): string[] =>
  objects.map(({ address, action }) => `${action} ${address.kind} ${address.name}`);
const web = (replicas = 1): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: ${replicas}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "w:1"}]}}}\n`;
const job = (image: string): string =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: m, image: "${image}"}]}}}\n`;
const scaler: KubernetesObject = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
};

test('what is absent is created, what is proved equal is left, what differs is configured', () => {
  expect(actions(plan(web()))).toEqual(['create Deployment web']);
  expect(actions(plan(web(), [applied(web())]))).toEqual(['leave Deployment web']);
  expect(actions(plan(web(2), [applied(web())]))).toEqual(['configure Deployment web']);
});

test('labels go on everything and on pods, never into a selector', () => {
  const [item] = plan(web()).objects;
  expect(item?.object).toMatchObject({
    metadata: { labels: { 'slipway.dev/release-name': 'rel', 'app.kubernetes.io/managed-by': 'slipway' } },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web', 'slipway.dev/release-name': 'rel' } } },
    },
  });
  expect(JSON.stringify(item?.object['spec'])).not.toContain('managed-by');
});

test('managed-by is left to whoever set it', () => {
  const mine = plan(web().replace('{name: web}', '{name: web, labels: {app.kubernetes.io/managed-by: Helm}}'))
    .objects[0];
  expect(mine?.object.metadata.labels?.['app.kubernetes.io/managed-by']).toBe('Helm');
  const live = applied(web(), (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
  }));
  expect(plan(web(), [live]).objects[0]?.object.metadata.labels).not.toHaveProperty(
    'app.kubernetes.io/managed-by',
  );
});

describe('replicas', () => {
  test('are not applied to a live workload that an autoscaler targets, and are held by a second manager if they were ours', () => {
    const [item] = plan(web(3), [applied(web(5))], { autoscalers: [scaler] }).objects;
    expect(item?.object['spec']).not.toHaveProperty('replicas');
    expect(item).toMatchObject({ action: 'configure', holdReplicas: true });
  });

  test('are given once, when the workload is new', () => {
    const [item] = plan(web(3), [], { autoscalers: [scaler] }).objects;
    expect(item?.object['spec']).toMatchObject({ replicas: 3 });
  });

  test('belong to the manifest where the autoscaler targets another workload', () => {
    const other = {
      ...scaler,
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' } },
    };
    expect(
      plan(web(3), [applied(web(3))], { autoscalers: [other] }).objects[0]?.object['spec'],
    ).toMatchObject({ replicas: 3 });
  });

  test('a ScaledObject decides, too', () => {
    const keda = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 's', namespace: 'shop' },
      spec: { scaleTargetRef: { name: 'web' } },
    };
    expect(
      plan(web(3), [applied(web(3))], { autoscalers: [keda] }).objects[0]?.object['spec'],
    ).not.toHaveProperty('replicas');
  });
});

describe('jobs', () => {
  const failed = (object: KubernetesObject): KubernetesObject => ({
    ...object,
    status: { conditions: [{ type: 'Failed', status: 'True' }] },
  });

  test('unchanged: left; changed: replaced', () => {
    expect(actions(plan(job('a'), [applied(job('a'))]))).toEqual(['leave Job migrate']);
    expect(actions(plan(job('b'), [applied(job('a'))]))).toEqual(['replace Job migrate']);
  });

  test('one that failed gets another chance, except in the release that made it', () => {
    expect(plan(job('a'), [applied(job('a'), failed)]).objects[0]).toMatchObject({
      action: 'replace',
      reason: 'it failed when it ran before',
    });
    expect(actions(plan(job('a'), [applied(job('a'), failed)], { ownUids: new Set(['u']) }))).toEqual([
      'leave Job migrate',
    ]);
  });

  test('the template of a job without our label is left alone', () => {
    const foreign: KubernetesObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migrate', namespace: 'shop' },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'm', image: 'a', imagePullPolicy: 'Always' }],
          },
        },
      },
    };
    const [item] = plan(job('a'), [foreign]).objects;
    expect(item?.action).toBe('configure');
    expect(JSON.stringify(item?.object['spec'])).not.toContain('slipway.dev');
  });
});

describe('immutable fields', () => {
  const moved = web().replaceAll('{app: web}', '{app: web, tier: front}');

  test('a change is refused with what it is in the cluster and in the manifest', () => {
    expect(plan(moved, [applied(web())]).problems).toMatchObject([
      {
        code: 'field.immutable',
        source: { file: 'a.yaml', line: 1 },
        message: expect.stringContaining('spec.selector is {"matchLabels":{"app":"web"}} in the cluster'),
      },
    ]);
  });

  test('the manifest may allow to replace the object', () => {
    const allowed = moved.replace(
      '{name: web}',
      '{name: web, annotations: {slipway.dev/replace-when-immutable: "true"}}',
    );
    expect(actions(plan(allowed, [applied(web())]))).toEqual(['replace Deployment web']);
  });

  test('data of an immutable ConfigMap', () => {
    const config = (value: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\nimmutable: true\ndata: {a: ${value}}\n`;
    expect(plan(config('c'), [applied(config('b'))]).problems).toHaveLength(1);
    expect(plan(config('b'), [applied(config('b'))]).problems).toEqual([]);
  });
});

test('an object that hangs in its deletion is a problem', () => {
  const going = (finalizers: string[]) =>
    applied(web(), (object) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: 'now', finalizers },
    }));
  expect(plan(web(), [going(['example.com/hold'])]).problems).toMatchObject([
    { code: 'object.terminating', message: expect.stringContaining('example.com/hold') },
  ]);
  expect(actions(plan(web(), [going([])]))).toEqual(['replace Deployment web']);
});

test('a workload that is applied directly is not waited for', () => {
  const direct = web().replace('{name: web}', '{name: web, annotations: {harness.io/direct-apply: "true"}}');
  expect(plan(direct).objects[0]?.waits).toBe(false);
});

test('stages: definitions, foundations, workloads, exposure, extensions, and what those serve', () => {
  const other = (apiVersion: string, kind: string, rest = ''): string =>
    `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n${rest}`;
  const content = [
    other('metrics.example.com/v1', 'Metric'),
    other(
      'apiregistration.k8s.io/v1',
      'APIService',
      'spec: {group: metrics.example.com, service: {name: s, namespace: shop}}\n',
    ),
    other('networking.k8s.io/v1', 'Ingress'),
    other('example.com/v1', 'Widget'),
    web(),
    other('v1', 'Service'),
    other('v1', 'Namespace'),
    other('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  ].join('---\n');
  expect(plan(content).objects.map(({ stage, address }) => `${stage} ${address.kind}`)).toEqual([
    'definitions Namespace',
    'definitions CustomResourceDefinition',
    'foundations Service',
    'workloads Deployment',
    'exposure Ingress',
    'exposure Widget',
    'extensions APIService',
    'served Metric',
  ]);
});

test('plans that do the same have the same digest', () => {
  expect(plan(web()).digest).toBe(plan(web()).digest);
  expect(plan(web()).digest).not.toBe(plan(web(2)).digest);
  expect(plan(web()).digest).not.toBe(plan(web(), [applied(web())]).digest);
});

test('our own plans hold no contradiction; a doubled or pruned object is one', () => {
  const good = plan(web());
  expect(checkPlan(good)).toEqual([]);
  expect(checkPlan({ ...good, objects: [...good.objects, ...good.objects] })).toMatchObject([
    { message: 'Deployment shop/web is in the plan twice.' },
  ]);
  const [item] = good.objects;
  if (item === undefined) throw new Error('no object');
  expect(checkPlan(good, [{ ...item.address, release: 1 }])).toMatchObject([
    { message: 'Deployment shop/web is both applied and pruned.' },
  ]);
});
