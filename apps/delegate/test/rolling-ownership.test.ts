import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { at } from '@slipway/deploy-engine';
import { deployBench, webDeployment } from './deploy-bench.ts';
import type { TaskRun } from './deploy-bench.ts';

function failureOf(run: TaskRun) {
  if (run.outcome.kind !== 'failed') throw new Error(`The task ended as ${run.outcome.kind}.`);
  return run.outcome.failure;
}

const config = (data: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: ${data}
`;

const scaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
`;

test('keys owned by a client-side tool survive a plain apply, and go when we take its fields over', async () => {
  const bench = await deployBench();
  await bench.cluster.kubectl(['apply', '-n', bench.namespace, '-f', '-'], {
    stdin: config('{kept: a, dropped: b}'),
  });
  const plain = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: bench.namespace },
    data: { kept: 'a' },
  };
  const fact = await bench.client.apply(plain, { fieldManager: 'somebody', force: true });
  expect(fact['data']).toEqual({ kept: 'a', dropped: 'b' });
  const run = await bench.deploy(config('{kept: a}'));
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Apply')?.text).toContain('took over the fields of client-side tools');
  expect((await bench.get('v1', 'ConfigMap', 'settings'))?.['data']).toEqual({ kept: 'a' });
});

test('a value set with kubectl edit is no conflict', async () => {
  const bench = await deployBench();
  await bench.deploy(config('{a: ours}'));
  await bench.cluster.kubectl([
    'patch',
    'configmap',
    'settings',
    '-n',
    bench.namespace,
    '--field-manager=kubectl-edit',
    '-p',
    '{"data":{"a":"theirs"}}',
  ]);
  const run = await bench.deploy(config('{a: ours}'));
  expect(run.verdict).toBe('succeeded');
  expect((await bench.get('v1', 'ConfigMap', 'settings'))?.['data']).toEqual({ a: 'ours' });
});

test('a conflict with another manager is told by field and owner before the first write, and forceConflicts takes it', async () => {
  const bench = await deployBench();
  await bench.deploy(config('{a: ours}'));
  const theirs = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: bench.namespace },
    data: { a: 'theirs' },
  };
  await bench.client.apply(theirs, { fieldManager: 'operator', force: true });
  const refused = await bench.deploy(
    `${config('{a: ours}')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n`,
  );
  expect(failureOf(refused)).toMatchObject({
    code: 'field.conflict',
    message: expect.stringContaining('.data.a (held by operator)'),
  });
  expect(await bench.get('v1', 'ConfigMap', 'other')).toBeNull();
  const forced = await bench.deploy(config('{a: ours}'), { forceConflicts: true });
  expect(forced.verdict).toBe('succeeded');
  expect((await bench.get('v1', 'ConfigMap', 'settings'))?.['data']).toEqual({ a: 'ours' });
});

test('a field that only we own is reset when left out, so replicas are handed over where an autoscaler decides', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment({ replicas: 5 }));
  const fact = await bench.deploy(webDeployment());
  expect(fact.verdict).toBe('succeeded');
  expect(at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'replicas')).toBe(1);

  await bench.deploy(webDeployment({ replicas: 5 }));
  const run = await bench.deploy(
    `${webDeployment({ replicas: 2, image: 'registry.example/web:2' })}---\n${scaler}`,
  );
  expect(run.verdict).toBe('succeeded');
  expect(at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'replicas')).toBe(5);
  // From now on nothing of ours holds the field, and another deployment asks for nothing.
  const again = await bench.deploy(
    `${webDeployment({ replicas: 2, image: 'registry.example/web:2' })}---\n${scaler}`,
  );
  expect(again.sections.get('Apply')?.text).toContain('2 unchanged');
  expect(at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'replicas')).toBe(5);
});

test('replicas that a client-side tool held stay as they are when its fields are taken over under an autoscaler', async () => {
  const bench = await deployBench();
  const manifests = `${webDeployment({ replicas: 5 })}---\n${scaler}`;
  await bench.cluster.kubectl(['apply', '-n', bench.namespace, '-f', '-'], { stdin: manifests });
  const run = await bench.deploy(manifests.replace('replicas: 5', 'replicas: 2'));
  expect(run.verdict).toBe('succeeded');
  expect(at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'replicas')).toBe(5);
});

test('once no autoscaler decides any more, the manifest does; so it does after kubectl scale', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment({ replicas: 3 }));
  await bench.deploy(`${webDeployment({ replicas: 3 })}---\n${scaler}`);
  const replicas = async (): Promise<unknown> =>
    at(await bench.get('apps/v1', 'Deployment', 'web'), 'spec', 'replicas');
  await bench.deploy(webDeployment({ replicas: 2 }), { pruningEnabled: true });
  await bench.cluster.kubectl(['delete', 'hpa', 'web', '-n', bench.namespace, '--ignore-not-found']);
  const own = await bench.deploy(webDeployment({ replicas: 2 }));
  expect(own.verdict).toBe('succeeded');
  expect(await replicas()).toBe(2);
  await bench.cluster.kubectl(['scale', 'deployment', 'web', '--replicas=4', '-n', bench.namespace]);
  const scaled = await bench.deploy(webDeployment({ replicas: 2 }));
  expect(scaled.verdict).toBe('succeeded');
  expect(await replicas()).toBe(2);
});

test('a changed selector is refused as immutable before anything is written, and replaced where the manifest allows it', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment());
  const moved = webDeployment().replaceAll('{app: web}', '{app: web, tier: front}');
  const refused = await bench.deploy(`${config('{a: b}')}---\n${moved}`);
  expect(failureOf(refused)).toMatchObject({
    code: 'field.immutable',
    message: expect.stringContaining('field is immutable'),
  });
  expect(await bench.get('v1', 'ConfigMap', 'settings')).toBeNull();
  const allowed = moved.replace(
    '  name: web\nspec:',
    '  name: web\n  annotations: {slipway.dev/replace-when-immutable: "true"}\nspec:',
  );
  const replaced = await bench.deploy(allowed);
  expect(replaced.verdict).toBe('succeeded');
  expect(replaced.sections.get('Apply')?.text).toContain('replaced');
});

test('the label never enters a selector, so that a workload of another tool can be adopted', async () => {
  const bench = await deployBench();
  await bench.cluster.kubectl(['apply', '-n', bench.namespace, '-f', '-'], { stdin: webDeployment() });
  const run = await bench.deploy(webDeployment());
  expect(run.verdict).toBe('succeeded');
  const live = await bench.get('apps/v1', 'Deployment', 'web');
  expect(at(live, 'spec', 'selector')).toEqual({ matchLabels: { app: 'web' } });
  expect(at(live, 'spec', 'template', 'metadata', 'labels', 'slipway.dev/release-name')).toBe(
    bench.releaseName,
  );
});

test('a job of another tool is left alone: its template can take no label', async () => {
  const bench = await deployBench();
  const job = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: "registry.example/web:1"}]
`;
  await bench.cluster.kubectl(['apply', '-n', bench.namespace, '-f', '-'], { stdin: job });
  const before = await bench.get('batch/v1', 'Job', 'migrate');
  const run = await bench.deploy(job);
  expect(run.verdict).toBe('succeeded');
  expect((await bench.get('batch/v1', 'Job', 'migrate'))?.metadata.uid).toBe(before?.metadata.uid);
});

test('without the right to patch nothing is written, and the missing rule is shown as YAML', async () => {
  const admin = await deployBench();
  const { cluster, namespace } = admin;
  const token = await cluster.serviceAccountToken({ namespace, name: 'deployer' });
  await cluster.kubectl(['apply', '-n', namespace, '-f', '-'], {
    stdin: `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployer}
rules:
  - {apiGroups: [""], resources: [configmaps, secrets], verbs: [get, list, watch, create, delete]}
  - {apiGroups: [""], resources: [pods], verbs: [list, watch]}
  - {apiGroups: [apps], resources: [replicasets], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: deployer}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployer}
subjects: [{kind: ServiceAccount, name: deployer, namespace: ${namespace}}]
`,
  });
  const kubeconfig = path.join(await mkdtemp(path.join(tmpdir(), 'slipway-kubeconfig-')), 'config');
  await writeFile(kubeconfig, cluster.kubeconfigFor({ token }), { mode: 0o600 });
  const bench = await deployBench({ kubeconfig, namespace });
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fact', namespace } };
  await expect(
    bench.taskClient.apply(object, { fieldManager: 'slipway', dryRun: true }),
  ).rejects.toMatchObject({ status: 403 });
  const run = await bench.deploy(config('{a: b}'));
  const failure = failureOf(run);
  expect(failure).toMatchObject({ code: 'permission.missing', errorType: 'Authorization' });
  expect(failure.causes[0]?.remedyYaml).toContain('verbs: ["patch"]');
  expect(run.sections.has('Prepare')).toBe(false);
  // With exactly the rules that were shown the deployment works.
  await cluster.kubectl(['apply', '-f', '-'], { stdin: failure.causes[0]?.remedyYaml ?? '' });
  await cluster.kubectl([
    'create',
    'rolebinding',
    'remedy',
    '--role=slipway-deploy',
    `--serviceaccount=${namespace}:deployer`,
    '-n',
    namespace,
  ]);
  await expect
    .poll(async () => (await bench.deploy(config('{a: b}'))).verdict, { timeout: 20_000 })
    .toBe('succeeded');
});
