import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { deployBench, webDeployment } from './deploy-bench.ts';

const step = (executionId: string, sequence: number) => ({
  executionId,
  node: 'deploy.rollout',
  pipeline: 'web',
  sequence,
  startedBy: 'bench',
});
const config = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web-config}\ndata: {value: "${value}"}\n`;

const byText = (left = '', right = ''): number => left.localeCompare(right);

test('a record that is too large for one Secret is cut into several, and read back whole', async () => {
  const bench = await deployBench();
  // Random text cannot be packed, so that the record needs more than one part.
  const big = Array.from(
    { length: 3 },
    (_, index) =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big-${index}}\ndata: {noise: ${randomBytes(400_000).toString('base64')}}\n`,
  ).join('---\n');
  expect((await bench.deploy(big)).verdict).toBe('succeeded');
  const parts = (await bench.list('v1', 'Secret')).filter(
    ({ metadata }) => metadata.labels?.['slipway.dev/record-part'] === 'chunk',
  );
  expect(parts.length).toBeGreaterThan(1);
  await bench.deploy(webDeployment({ image: 'registry.example/web:missing' }), { step: step('second', 2) });
  await bench.cluster.kubectl(['delete', 'configmap', 'big-1', '-n', bench.namespace]);
  const run = await bench.rollback({ executionId: 'second' });
  expect(run.verdict).toBe('succeeded');
  expect(await bench.get('v1', 'ConfigMap', 'big-1')).not.toBeNull();
});

test('releases beyond the retention are forgotten, with all their parts', async () => {
  const bench = await deployBench();
  for (const value of ['one', 'two', 'three']) await bench.deploy(config(value), { retention: 2 });
  const records = (await bench.list('v1', 'Secret')).filter(
    ({ metadata }) => metadata.labels?.['slipway.dev/record-of'] === bench.releaseName,
  );
  const indexes = records.filter(({ metadata }) => metadata.labels?.['slipway.dev/record-part'] === 'index');
  expect(
    indexes.map(({ metadata }) => metadata.labels?.['slipway.dev/record-number']).toSorted(byText),
  ).toEqual(['2', '3']);
  expect(records).toHaveLength(4);
});

test('an aborted deployment is closed as failed by the next one', async () => {
  const bench = await deployBench();
  await bench.deploy(config('one'));
  const stop = new AbortController();
  await bench
    .deploy(webDeployment({ behaviour: 'never-ready' }), {
      signal: stop.signal,
      onProgress: ({ sentence }) => sentence.startsWith('Waiting') && stop.abort(new Error('aborted')),
    })
    .catch(() => undefined);
  const run = await bench.deploy(config('two'));
  expect(run.outcome).toMatchObject({
    outputs: { releaseNumber: 3 },
    result: {
      releases: [
        { number: 2, status: 'failed' },
        { number: 3, status: 'succeeded', previousSuccessful: 1 },
      ],
    },
  });
});

test('a failed step that is tried again keeps its number', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment({ image: 'registry.example/web:missing' }), { step: step('one', 1) });
  const run = await bench.deploy(webDeployment(), { step: step('one', 1) });
  expect(run.outcome).toMatchObject({
    outputs: { releaseNumber: 1 },
    result: { releases: [{ status: 'succeeded', inventory: [{ kind: 'Deployment', action: 'created' }] }] },
  });
});

test('a release that succeeded is undone when a later step of its stage fails', async () => {
  const bench = await deployBench();
  await bench.deploy(config('one'));
  await bench.deploy(config('two'), { step: step('second', 2) });
  const run = await bench.rollback({ executionId: 'second' });
  expect(run.verdict).toBe('succeeded');
  expect((await bench.get('v1', 'ConfigMap', 'web-config'))?.['data']).toEqual({ value: 'one' });
  const next = await bench.deploy(config('three'));
  expect(next.sections.get('Prepare')?.text).toContain('Previous Successful Release is 1');
});

test('the manifests may bring the namespace they are deployed to', async () => {
  const namespace = `deploy-own-${randomBytes(4).toString('hex')}`;
  const bench = await deployBench({ namespace });
  const run = await bench.deploy(
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n---\n${config('one')}---\n${webDeployment()}`,
  );
  expect(run.verdict).toBe('succeeded');
  await bench.cluster.kubectl(['delete', 'namespace', namespace, '--wait=false']);
});

test('webhooks are registered once their backends are ready', async () => {
  const bench = await deployBench();
  const hook = `hook-${bench.releaseName}`;
  const run = await bench.deploy(`apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${hook}}
webhooks:
  - name: hook.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Ignore
    clientConfig: {service: {name: web, namespace: ${bench.namespace}}}
    rules: [{apiGroups: [example.com], apiVersions: ["*"], operations: [CREATE], resources: ["*"]}]
---
${webDeployment({ annotations: { 'sandbox.slipway.dev/ready-after': '1s' } })}`);
  expect(run.verdict).toBe('succeeded');
  const text = run.sections.get('Apply')?.text ?? '';
  expect(text.indexOf('1 of 1 pods are ready')).toBeGreaterThan(0);
  expect(text.indexOf('1 of 1 pods are ready')).toBeLessThan(
    text.indexOf(`ValidatingWebhookConfiguration ${hook} created`),
  );
  await bench.cluster.kubectl(['delete', 'validatingwebhookconfiguration', hook]);
});

test('an object whose annotation forbids it is kept, and the log says so', async () => {
  const bench = await deployBench();
  const held =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: protected, annotations: {harness.io/skipPruning: "true"}}\n';
  await bench.deploy(`${config('one')}---\n${held}`, { pruningEnabled: true });
  const run = await bench.deploy(config('one'), { pruningEnabled: true });
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Prune')?.text).toContain('protected kept: its annotation forbids it');
});
