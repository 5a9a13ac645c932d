import { testCluster, testNamespace } from '@slipway/testing';
import { expect, test } from './installation.ts';
import { countReady, podsOf, serves } from './ready-pods.ts';
import { nodeOf, outlineOf, restClient } from './rest-client.ts';
import { shopDocuments } from './shop.ts';

/** What the pipeline of `shopDocuments` allows a step. */
const STEP_TIMEOUT_MS = 600_000;

test('documents and one request make three pods with the release label, over REST alone', async ({
  installation,
}) => {
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'rest' });
  const rest = restClient(installation);
  await rest.apply(shopDocuments({ name: 'rest_shop', namespace: namespace.name }));
  await rest.delegateConnected();

  const ended = await rest.ended(await rest.run('rest_shop'));

  expect(ended.status, JSON.stringify(ended.failure)).toBe('SUCCEEDED');
  const rollout = nodeOf(ended, 'deploy.rollout');
  expect(rollout).toMatchObject({
    status: 'SUCCEEDED',
    type: 'K8sRollingDeploy',
    delegate: { name: 'local-delegate' },
    outputs: { releaseNumber: 1 },
  });
  const releaseName = String(rollout.outputs?.['releaseName']);
  expect(releaseName).toMatch(/^release-[0-9a-f]+$/);
  const pods = await podsOf(cluster, namespace.name);
  expect(pods.map((pod) => [pod.metadata.labels?.['slipway.dev/release-name'], serves(pod)])).toEqual(
    Array.from({ length: 3 }, () => [releaseName, true]),
  );
  const releases = await rest.get('/orgs/default/projects/default/services/rest_shop/releases');
  expect(releases.body.items).toMatchObject([{ name: releaseName, number: 1, status: 'succeeded' }]);
});

test('an image that cannot be pulled is named before its step is over, and the old release goes on serving', async ({
  installation,
}) => {
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'rest-image' });
  const rest = restClient(installation);
  const shop = { name: 'image_shop', namespace: namespace.name };
  await rest.apply(shopDocuments(shop));
  await rest.delegateConnected();
  const good = await rest.ended(await rest.run(shop.name));
  expect(good.status, JSON.stringify(good.failure)).toBe('SUCCEEDED');
  await rest.apply(shopDocuments({ ...shop, image: 'registry.example/shop:does-not-exist' }));
  const ready = await countReady(cluster, namespace.name);

  const executionId = await rest.run(shop.name);
  const seen = await rest.until(executionId, (execution) => {
    const rollout = nodeOf(execution, 'deploy.rollout');
    const cause = [...(rollout.progress?.causes ?? []), ...(rollout.failure?.causes ?? [])].find(({ code }) =>
      code.startsWith('image.'),
    );
    return cause === undefined ? undefined : { cause, rollout, at: Date.now() };
  });
  const ended = await rest.ended(executionId);
  await ready.stop();

  expect(seen.cause).toMatchObject({ object: { kind: 'Pod' } });
  expect(seen.cause.title).toContain('does-not-exist');
  expect(seen.cause.evidence.map(({ text }) => text).join('\n')).toContain('does-not-exist');
  expect(seen.cause.hints.length).toBeGreaterThan(0);
  expect(seen.at).toBeLessThan(Date.parse(seen.rollout.startedAt ?? '') + STEP_TIMEOUT_MS);
  expect(ended.status).toBe('FAILED');
  expect(ended.failure?.causes.map(({ code }) => code)).toContain(seen.cause.code);
  expect(outlineOf(ended)).toMatchObject({
    deploy: 'FAILED',
    'deploy.rollout': 'FAILED',
    'deploy.rollback': 'SUCCEEDED',
  });
  expect(nodeOf(ended, 'deploy.rollback').sections.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['Initialize', 'Rollback', 'Wait for Steady State']),
  );
  expect(Math.min(...ready.counts)).toBe(3);
  const pods = await podsOf(cluster, namespace.name);
  expect(pods.filter(serves).map((pod) => pod.spec.containers[0]?.image)).toEqual(
    Array.from({ length: 3 }, () => 'registry.example/shop:1'),
  );
});
