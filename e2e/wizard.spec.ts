import { expect, test } from '@playwright/test';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster, TestNamespace } from '@slipway/testing';
import { countClicks, home, signIn, signInAnew, walkToReview } from './console.ts';
import { whatComesFirst } from './in-page.ts';
import { startInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { countReady, podsOf, serves } from './ready-pods.ts';

const MOST_CLICKS = 12;

// One empty installation for both: the second goes on where the first ends.
test.describe.configure({ mode: 'serial', timeout: 300_000 });

let cluster: TestCluster;
let namespace: TestNamespace;
let installation: Installation;

test.beforeAll(async () => {
  cluster = await testCluster();
  namespace = await testNamespace(cluster, { prefix: 'wizard' });
  installation = await startInstallation();
});

test.afterAll(async () => {
  await installation?.stop();
  await namespace?.drop();
});

test('at most twelve clicks lead from an empty installation to three pods that serve', async ({ page }) => {
  const clicks = await countClicks(page);
  await signIn(page, installation.signInLink);
  await walkToReview(page, namespace.name);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.waitForURL('**/executions/*');
  await expect(page.getByText('Succeeded', { exact: true }).first()).toBeVisible({ timeout: 120_000 });
  expect(await clicks.count()).toBeLessThanOrEqual(MOST_CLICKS);

  const facts = await page.getByRole('region', { name: 'Step' }).innerText();
  const releaseName = /release-[0-9a-f]+/.exec(facts)?.[0];
  expect(releaseName).toBeDefined();
  const pods = await podsOf(cluster, namespace.name);
  expect(pods.map((pod) => [pod.metadata.labels?.['slipway.dev/release-name'], serves(pod)])).toEqual(
    Array.from({ length: 3 }, () => [releaseName, true]),
  );
});

test('an image that cannot be pulled is explained on the page while the execution runs, and the old pods serve on', async ({
  page,
}) => {
  await signInAnew(page, installation);
  await page.goto(`${installation.baseUrl}${home}/services/hello?tab=edit`);
  const manifests = page.getByRole('textbox', { name: 'Manifests' });
  await manifests.fill(
    (await manifests.inputValue()).replace(/(nginx-unprivileged):\S+/, '$1:does-not-exist'),
  );
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Where it runs' })).toBeVisible();
  const ready = await countReady(cluster, namespace.name);

  await page.goto(`${installation.baseUrl}${home}/pipelines/Deploy_hello`);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL('**/executions/*');
  const order = await page.evaluate(whatComesFirst);

  expect(order).toEqual(['cause', 'end']);
  const panel = page.getByRole('alert', { name: 'What is wrong' });
  await expect(panel.getByRole('heading')).toContainText('does-not-exist');
  await expect(panel.getByRole('list', { name: 'Evidence' })).toContainText('not found');
  await expect(panel.getByRole('link', { name: 'Edit service' })).toBeVisible();
  const rollback = page.getByRole('button', { name: /Rolling rollback/ });
  await expect(rollback.getByRole('img', { name: 'Succeeded' })).toBeVisible();
  await ready.stop();
  expect(Math.min(...ready.counts)).toBe(3);
});
