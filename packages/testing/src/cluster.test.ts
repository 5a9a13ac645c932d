import { expect, test } from 'vitest';
import { testCluster, testNamespace } from './cluster.ts';

test('a namespace is ready for pods and goes when it is dropped', async () => {
  const cluster = await testCluster();
  let name: string;
  {
    await using namespace = await testNamespace(cluster, { prefix: 'goes' });
    name = namespace.name;
    await cluster.kubectl(['run', 'web', '--image=nginx', `--namespace=${name}`]);
    await cluster.kubectl([
      'wait',
      '--for=condition=Ready',
      'pod/web',
      `--namespace=${name}`,
      '--timeout=30s',
    ]);
  }
  const phase = await cluster.kubectl([
    'get',
    'namespace',
    name,
    '--ignore-not-found',
    '-o=jsonpath={.status.phase}',
  ]);
  expect(['', 'Terminating']).toContain(phase);
});

test('kubectl says why it failed', async () => {
  const cluster = await testCluster();
  await expect(cluster.kubectl(['get', 'pod', 'nobody'])).rejects.toThrow('pods "nobody" not found');
});
