import { expect, test } from 'vitest';
import { at } from '@slipway/deploy-engine';
import { LeaseEndedError } from '../src/cluster/cluster-error.ts';
import { deployBench, webDeployment } from './deploy-bench.ts';

const step = (executionId: string, sequence: number) => ({
  executionId,
  node: 'deploy.rollout',
  pipeline: 'web',
  sequence,
  startedBy: 'bench',
});
const set = (...documents: string[]): string => documents.join('---\n');
const configMap = (name: string, value: string): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}}
data: {value: ${value}}
`;
const service = (port: number): string => `apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: ${port}}]
`;

test('a rollback restores everything of the last successful release', async () => {
  const bench = await deployBench();
  await bench.deploy(
    set(service(80), configMap('a', 'one'), configMap('b', 'one'), webDeployment({ replicas: 3 })),
  );
  // The second release prunes b, and fails after it has changed everything else.
  const failed = await bench.deploy(
    set(
      service(81),
      configMap('a', 'two'),
      configMap('c', 'two'),
      webDeployment({ replicas: 3, image: 'registry.example/web:missing' }),
    ),
    { step: step('second', 2), pruningEnabled: true },
  );
  expect(failed.verdict).toBe('image.not_found');
  await bench.cluster.kubectl(['delete', 'configmap', 'b', '-n', bench.namespace]);
  const ready = at(await bench.get('apps/v1', 'Deployment', 'web'), 'status', 'readyReplicas');
  expect(ready).toBe(3);
  const run = await bench.rollback({ executionId: 'second' });
  expect(run.verdict).toBe('succeeded');
  const live = await bench.get('apps/v1', 'Deployment', 'web');
  expect(at(live, 'spec', 'template', 'spec', 'containers')).toMatchObject([
    { image: 'registry.example/web:1' },
  ]);
  expect(at(live, 'status', 'readyReplicas')).toBe(3);
  expect(at(await bench.get('v1', 'Service', 'web'), 'spec', 'ports')).toMatchObject([{ port: 80 }]);
  expect((await bench.get('v1', 'ConfigMap', 'a'))?.['data']).toEqual({ value: 'one' });
  expect((await bench.get('v1', 'ConfigMap', 'b'))?.['data']).toEqual({ value: 'one' });
  expect(await bench.get('v1', 'ConfigMap', 'c')).toBeNull();
  expect(run.outcome).toMatchObject({
    result: {
      releases: [
        { number: 2, status: 'rolled-back' },
        { number: 1, status: 'succeeded' },
      ],
    },
  });
  const repeat = await bench.rollback({ executionId: 'second' });
  expect(repeat.verdict).toBe('succeeded');
  expect(repeat.sections.get('Rollback')?.text).toContain('4 unchanged');
  // The next deployment compares itself with the release that is in place.
  const next = await bench.deploy(set(service(80), webDeployment({ replicas: 3 })), { pruningEnabled: true });
  expect(next.sections.get('Prepare')?.text).toContain('Previous Successful Release is 1');
  expect(next.outcome).toMatchObject({ outputs: { releaseNumber: 3 } });
  expect(await bench.get('v1', 'ConfigMap', 'a')).toBeNull();
});

test('a rollback takes fields back from other managers', async () => {
  const bench = await deployBench();
  await bench.deploy(configMap('a', 'one'));
  await bench.deploy(set(configMap('a', 'two'), webDeployment({ image: 'registry.example/web:missing' })), {
    step: step('second', 2),
  });
  const theirs = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: bench.namespace },
    data: { value: 'theirs' },
  };
  await bench.client.apply(theirs, { fieldManager: 'operator', force: true });
  const run = await bench.rollback({ executionId: 'second' });
  expect(run.verdict).toBe('succeeded');
  expect((await bench.get('v1', 'ConfigMap', 'a'))?.['data']).toEqual({ value: 'one' });
  expect(run.sections.get('Prepare')?.text).toContain('fields in conflict are taken over');
});

test('after a failed first deployment there is nothing to roll back to, and nothing is removed', async () => {
  const bench = await deployBench();
  await bench.deploy(webDeployment({ image: 'registry.example/web:missing' }), { step: step('first', 1) });
  const run = await bench.rollback({ executionId: 'first' });
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Initialize')?.text).toContain('No previous version available for rollback');
  expect(await bench.get('apps/v1', 'Deployment', 'web')).not.toBeNull();
});

test('a deployment that never got to its record has nothing to undo', async () => {
  const bench = await deployBench();
  await bench.deploy('apiVersion: v1\nkind: Nothing\nmetadata: {name: one}\n', { step: step('first', 1) });
  const run = await bench.rollback({ executionId: 'first' });
  expect(run.verdict).toBe('succeeded');
  expect(run.sections.get('Initialize')?.text).toContain('skipping rollback');
});

test('an interrupted rollback goes on where it was', async () => {
  const bench = await deployBench();
  await bench.deploy(set(service(80), webDeployment({ replicas: 1 })));
  await bench.deploy(
    set(
      service(81),
      configMap('c', 'two'),
      webDeployment({ replicas: 1, image: 'registry.example/web:missing' }),
    ),
    { step: step('second', 2) },
  );
  for (const crashAt of [1, 2, 3, 4]) {
    let writes = 0;
    const beforeWrite = (): void => {
      writes += 1;
      if (writes > crashAt) throw new LeaseEndedError('killed');
    };
    await bench.rollback({ executionId: 'second' }, { beforeWrite }).catch((error: unknown) => error);
  }
  const run = await bench.rollback({ executionId: 'second' });
  expect(run.verdict).toBe('succeeded');
  expect(at(await bench.get('v1', 'Service', 'web'), 'spec', 'ports')).toMatchObject([{ port: 80 }]);
  expect(await bench.get('v1', 'ConfigMap', 'c')).toBeNull();
});
