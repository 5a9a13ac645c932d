import { expect, test } from 'vitest';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster } from '@slipway/testing';
import type { Cluster } from '../cluster/cluster.ts';
import { createClusters } from '../cluster/clusters.ts';
import { openClusterView } from './cluster-view.ts';
import { DeployFailure } from './deploy-failure.ts';
import { waitForObject } from './wait-for-object.ts';

async function open(): Promise<{ cluster: TestCluster; client: Cluster }> {
  const cluster = await testCluster();
  const clusters = createClusters({
    inherited: { kubeconfig: cluster.kubeconfigPath, environment: {} },
    local: true,
  });
  const { cluster: client } = await clusters.open(
    { type: 'inherit' },
    { secret: async () => '', beforeWrite: () => undefined },
  );
  return { cluster, client };
}

const configMap = (namespace: string, name: string, metadata: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...metadata },
});

test.for([false, true])('a view follows additions, changes and deletions (polling: %s)', async (poll) => {
  const { cluster, client } = await open();
  await using namespace = await testNamespace(cluster, { prefix: 'view' });
  const stop = new AbortController();
  const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name, poll };
  const view = openClusterView(client, [collection], { signal: stop.signal });
  await view.listed;
  const find = (name: string) => view.find({ group: '', kind: 'ConfigMap', namespace: namespace.name, name });
  const until = async (holds: () => boolean): Promise<void> => {
    for (;;) {
      const seen = view.revision();
      if (holds()) return;
      await view.changed(seen);
    }
  };
  expect(find('one')).toBeUndefined();
  await client.create(configMap(namespace.name, 'one'));
  await until(() => find('one') !== undefined);
  await client.patch(
    { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name, name: 'one' },
    { data: { a: 'b' } },
    { type: 'merge' },
  );
  await until(() => find('one')?.['data'] !== undefined);
  await client.remove({ apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name, name: 'one' });
  await until(() => find('one') === undefined);
  view.close();
});

test('a view of what may not be seen fails, unless it is optional', async () => {
  const { cluster } = await open();
  await using namespace = await testNamespace(cluster, { prefix: 'view' });
  const token = await cluster.serviceAccountToken({ namespace: namespace.name, name: 'nobody' });
  const access = {
    type: 'manual',
    masterUrl: cluster.apiServerUrl,
    auth: { type: 'ServiceAccount', token: { secret: 'token' }, caCert: { secret: 'ca' } },
  } as const;
  const clusters = createClusters({ inherited: { environment: {} }, local: true });
  const secret = async ({ secret: name }: { secret: string }): Promise<string> =>
    name === 'ca' ? cluster.caPem : token;
  const { cluster: client } = await clusters.open(access, { secret, beforeWrite: () => undefined });
  const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: namespace.name };
  const { signal } = new AbortController();
  const needed = openClusterView(client, [collection], { signal });
  await expect(needed.listed).rejects.toMatchObject({ status: 403 });
  const optional = openClusterView(client, [{ ...collection, optional: true }], { signal });
  await optional.listed;
  expect(optional.all('ConfigMap')).toEqual([]);
  needed.close();
  optional.close();
});

test('a deletion that hangs on finalizers ends at its deadline, naming them', async () => {
  const { cluster, client } = await open();
  await using namespace = await testNamespace(cluster, { prefix: 'view' });
  const address = { apiVersion: 'v1', group: '', kind: 'ConfigMap', namespace: namespace.name, name: 'held' };
  await client.create(configMap(namespace.name, 'held', { finalizers: ['example.com/hold'] }));
  await client.remove(address);
  const failure = await waitForObject(client, address, {
    until: (object) => object === undefined,
    what: 'ConfigMap held to be deleted',
    timeoutMs: 1_000,
    signal: new AbortController().signal,
  }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(DeployFailure);
  expect(failure).toMatchObject({
    failure: { code: 'object.held_by_finalizers', message: expect.stringContaining('example.com/hold') },
  });
  await client.patch(address, { metadata: { finalizers: null } }, { type: 'merge' });
});
