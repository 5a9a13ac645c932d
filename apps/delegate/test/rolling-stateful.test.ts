import { expect, test } from 'vitest';
import { at } from '@slipway/deploy-engine';
import { deployBench } from './deploy-bench.ts';

const step = (executionId: string, sequence: number) => ({
  executionId,
  node: 'deploy.rollout',
  pipeline: 'db',
  sequence,
  startedBy: 'bench',
});

const stateful = (image: string, spec = ''): string => `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
${spec}  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: "registry.example/db:${image}"}]}
`;

test('a stateful set whose broken pods block its update is freed by a rollback', async () => {
  const bench = await deployBench();
  await bench.deploy(stateful('1'));
  const failed = await bench.deploy(stateful('missing'), { step: step('second', 2) });
  expect(failed.verdict).toBe('image.not_found');
  const run = await bench.rollback({ executionId: 'second' }, { deadlineAt: Date.now() + 20_000 });
  expect(run.verdict).toBe('succeeded');
  expect(at(await bench.get('apps/v1', 'StatefulSet', 'db'), 'status', 'readyReplicas')).toBe(2);
});

test('and by the next deployment, too', async () => {
  const bench = await deployBench();
  const failed = await bench.deploy(stateful('missing'));
  expect(failed.verdict).toBe('image.not_found');
  const run = await bench.deploy(stateful('2'), { deadlineAt: Date.now() + 30_000 });
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Wait for Steady State')?.text).toContain(
    'of the old revision is broken and held up the update',
  );
});

test('pods below a partition are left as they are', async () => {
  const bench = await deployBench();
  await bench.deploy(stateful('1'));
  const partition = '  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 1}}\n';
  const run = await bench.deploy(stateful('2', partition));
  expect(run.verdict).toBe('succeeded');
  const pods = await bench.list('v1', 'Pod');
  const images = pods
    .map((pod) => `${pod.metadata.name} ${JSON.stringify(at(pod, 'spec', 'containers'))}`)
    .toSorted();
  expect(images[0]).toContain('db:1');
  expect(images[1]).toContain('db:2');
});
