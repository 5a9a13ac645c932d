import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { at } from '@slipway/deploy-engine';
import type { KubernetesObject } from '@slipway/deploy-engine';
import { LeaseEndedError } from '../src/cluster/cluster-error.ts';
import { deployBench, webDeployment } from './deploy-bench.ts';
import type { DeployBench } from './deploy-bench.ts';

const configMap = (value: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: web-config}
data: {greeting: ${value}}
`;
const usesConfig = `          envFrom:
            - configMapRef: {name: web-config}
`;
const byText = (left: string, right: string): number => left.localeCompare(right);

const service = `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80}]
`;
const set = (...documents: string[]): string => documents.join('---\n');

/** Waits for a condition of the cluster, with a deadline. */
async function until<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    const value = await read();
    if (holds(value) || attempt === 100) return value;
    await delay(100);
  }
}

const names = (objects: readonly KubernetesObject[]): string[] =>
  objects.map((object) => object.metadata.name).toSorted();
const configs = async (bench: DeployBench): Promise<string[]> =>
  names(await bench.list('v1', 'ConfigMap')).filter((name) => name.startsWith('web-config'));

test('a first release has hashed configuration, labelled pods and a record', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(
    set(configMap('hello'), service, webDeployment({ replicas: 2, container: usesConfig })),
  );
  expect(run.verdict).toBe('succeeded');
  const [config] = await configs(bench);
  expect(config).toMatch(/^web-config-[0-9a-f]{10}$/);
  const pods = await bench.list('v1', 'Pod');
  expect(pods.map((pod) => pod.metadata.labels?.['slipway.dev/release-name'])).toEqual([
    bench.releaseName,
    bench.releaseName,
  ]);
  expect(at(pods[0], 'spec', 'containers')).toMatchObject([
    { envFrom: [{ configMapRef: { name: config } }] },
  ]);
  const live = await bench.get('apps/v1', 'Deployment', 'web');
  expect(at(live, 'spec', 'selector', 'matchLabels')).toEqual({ app: 'web' });
  expect(run.outcome).toMatchObject({
    outputs: { releaseName: bench.releaseName, releaseNumber: 1 },
    result: {
      releases: [
        {
          number: 1,
          status: 'succeeded',
          images: ['registry.example/web:1'],
          inventory: [{ kind: 'ConfigMap', action: 'created' }, { kind: 'Service' }, { kind: 'Deployment' }],
        },
      ],
    },
  });
  const shown = run.progress.at(-1);
  expect(shown?.sentence).toBe('All 2 objects are ready.');
  expect(shown?.objects.map(({ ref, status }) => `${ref.kind} ${status}`).toSorted(byText)).toEqual([
    'ConfigMap current',
    'Deployment current',
    'Pod current',
    'Pod current',
    'ReplicaSet current',
    'Service current',
  ]);
  const sections = [...run.sections].map(([name, { status }]) => `${name}: ${status ?? 'open'}`);
  expect(sections).toEqual([
    'Fetch Files: succeeded',
    'Initialize: succeeded',
    'Prepare: succeeded',
    'Apply: succeeded',
    'Wait for Steady State: succeeded',
    'Prune: skipped',
    'Wrap Up: succeeded',
  ]);
});

test('an unchanged redeploy sends no apply and restarts nothing', async () => {
  const bench = await deployBench();
  const manifests = set(configMap('hello'), service, webDeployment({ replicas: 1, container: usesConfig }));
  await bench.deploy(manifests);
  const before = await bench.get('apps/v1', 'Deployment', 'web');
  const since = new Date();
  const run = await bench.deploy(manifests);
  expect(run.sections.get('Apply')?.text).toContain('3 unchanged');
  const patches = await bench.cluster.auditEvents({ since, namespace: bench.namespace, verb: 'patch' });
  // The record of the release is all that is written.
  expect(patches.filter(({ name }) => name?.startsWith('slipway.release.') !== true)).toEqual([]);
  const after = await bench.get('apps/v1', 'Deployment', 'web');
  expect(after?.metadata.generation).toBe(before?.metadata.generation);
  expect(run.outcome).toMatchObject({ outputs: { releaseNumber: 2 } });
});

test('changed configuration starts new pods under a new name, and old versions go when nothing needs them', async () => {
  const bench = await deployBench();
  const manifests = (value: string): string =>
    set(
      configMap(value),
      webDeployment({ replicas: 1, container: usesConfig, spec: '  revisionHistoryLimit: 0\n' }),
    );
  await bench.deploy(manifests('one'), { retention: 1 });
  const [first] = await configs(bench);
  await bench.deploy(manifests('two'), { retention: 1 });
  expect(await bench.list('apps/v1', 'ReplicaSet')).not.toEqual([]);
  const gone = await until(
    () => bench.list('v1', 'Pod'),
    (pods) => pods.length === 1,
  );
  expect(gone).toHaveLength(1);
  await until(
    () => bench.list('apps/v1', 'ReplicaSet'),
    (sets) => sets.length === 1,
  );
  await bench.deploy(manifests('three'), { retention: 1 });
  const kept = await configs(bench);
  expect(kept).not.toContain(first);
});

test('a Secret key that is dropped from stringData goes', async () => {
  const bench = await deployBench();
  const secret = (data: string): string => `apiVersion: v1
kind: Secret
metadata: {name: credentials, annotations: {harness.io/skip-versioning: "true"}}
stringData: ${data}
`;
  await bench.deploy(secret('{user: ann, password: old}'));
  const run = await bench.deploy(secret('{user: ann}'));
  expect(run.verdict).toBe('succeeded');
  const live = await bench.get('v1', 'Secret', 'credentials');
  expect(Object.keys(at(live, 'data') ?? {})).toEqual(['user']);
});

test('prunes what the last successful release had, except what is marked', async () => {
  const bench = await deployBench();
  const plain = (name: string, annotations = ''): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${annotations}}
data: {a: b}
`;
  const first = await bench.deploy(
    set(plain('a'), plain('b'), plain('kept', ', annotations: {harness.io/skipPruning: "true"}')),
    { pruningEnabled: true },
  );
  expect(first.sections.get('Prune')?.text).toContain(
    'No previous successful deployment found, so no pruning required',
  );
  const second = await bench.deploy(set(plain('a'), plain('c')), { pruningEnabled: true });
  expect(second.verdict).toBe('succeeded');
  expect(names(await bench.list('v1', 'ConfigMap')).filter((name) => name !== 'kube-root-ca.crt')).toEqual([
    'a',
    'c',
    'kept',
  ]);
});

test('jobs: unchanged ones are left, changed ones run again', async () => {
  const bench = await deployBench();
  const job = (argument: string): string => `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: "registry.example/web:1", args: [${argument}]}]
`;
  await bench.deploy(job('one'));
  const first = await bench.get('batch/v1', 'Job', 'migrate');
  await bench.deploy(job('one'));
  expect((await bench.get('batch/v1', 'Job', 'migrate'))?.metadata.uid).toBe(first?.metadata.uid);
  const run = await bench.deploy(job('two'));
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Apply')?.text).toContain('replaced (a Job is immutable, and it changed)');
  expect((await bench.get('batch/v1', 'Job', 'migrate'))?.metadata.uid).not.toBe(first?.metadata.uid);
});

test('a set may bring its own namespace, kind and object of that kind', async () => {
  const bench = await deployBench();
  const group = `${bench.releaseName}.example.com`;
  const manifests = `apiVersion: ${group}/v1
kind: Widget
metadata: {name: one, namespace: ${bench.namespace}-inner}
spec: {size: 3}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: ${bench.namespace}-inner}
`;
  const run = await bench.deploy(manifests);
  expect(run.verdict).toBe('succeeded');
  const widget = await bench.client.get({
    apiVersion: `${group}/v1`,
    kind: 'Widget',
    namespace: `${bench.namespace}-inner`,
    name: 'one',
  });
  expect(at(widget, 'spec', 'size')).toBe(3);
  await bench.cluster.kubectl(['delete', 'crd', `widgets.${group}`, '--wait=false']);
  await bench.cluster.kubectl(['delete', 'namespace', `${bench.namespace}-inner`, '--wait=false']);
});

test('stateful sets, daemon sets and claims come to their steady state', async () => {
  const bench = await deployBench();
  const run = await bench.deploy(`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "registry.example/db:1"}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: agent, image: "registry.example/agent:1"}]}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: unused}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`);
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Wait for Steady State')?.text).toContain(
    'It is bound when the first pod uses it.',
  );
});

test('a file that says so in its first line, and one that is no YAML, are left out', async () => {
  const bench = await deployBench();
  const run = await bench.deploy({
    'a.yaml': configMap('hello'),
    'b.yaml': `# harness.io/skip-file-for-deploy\n${service}`,
    'README.md': 'words',
  });
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Initialize')?.text).toContain('b.yaml skipped');
  expect(await bench.get('v1', 'Service', 'web')).toBeNull();
});

test('a release name belongs to one service and infrastructure', async () => {
  const bench = await deployBench();
  await bench.deploy(configMap('hello'));
  const run = await bench.deploy(configMap('hello'), {
    owner: { installation: 'bench', service: 'other', environment: 'test', infrastructure: 'sandbox' },
  });
  expect(run.verdict).toBe('release.name_taken');
  expect(run.outcome).toMatchObject({
    failure: { message: expect.stringContaining('service web at infrastructure sandbox') },
  });
});

test('an interrupted deployment goes on under its own number', async () => {
  const bench = await deployBench();
  await bench.deploy(configMap('hello'));
  const manifests = set(configMap('changed'), service, webDeployment({ replicas: 1, container: usesConfig }));
  const step = {
    executionId: 'execution-crash',
    node: 'deploy.rollout',
    pipeline: 'web',
    sequence: 9,
    startedBy: 'bench',
  };
  for (const crashAt of [1, 2, 3, 4, 5, 6, 7]) {
    let writes = 0;
    const crash = (): void => {
      writes += 1;
      if (writes > crashAt * 2) throw new LeaseEndedError('killed');
    };
    await bench.deploy(manifests, { step, beforeWrite: crash }).catch((error: unknown) => error);
  }
  const run = await bench.deploy(manifests, { step });
  expect(run.verdict).toBe('succeeded');
  expect(run.outcome).toMatchObject({ outputs: { releaseNumber: 2 } });
  const live = await bench.get('apps/v1', 'Deployment', 'web');
  expect(live?.metadata.generation).toBe(1);
  expect(await bench.list('apps/v1', 'ReplicaSet')).toHaveLength(1);
  // What the interrupted runs created is known as this release's creation, so that a rollback removes it.
  expect(run.outcome).toMatchObject({
    result: {
      releases: [
        {
          inventory: expect.arrayContaining([
            expect.objectContaining({ kind: 'Service', action: 'created' }),
          ]),
        },
      ],
    },
  });
});
