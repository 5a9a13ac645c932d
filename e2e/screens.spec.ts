import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { testCluster, testNamespace } from '@slipway/testing';
import { home, signIn, signInAnew } from './console.ts';
import { expect, test } from './installation.ts';
import { restClient } from './rest-client.ts';
import { shopDocuments } from './shop.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Address below the project, and what tells that the screen is there. */
const screens: readonly (readonly [address: string, heading: string | RegExp])[] = [
  ['', 'Overview'],
  ['/get-started/service', 'What do you deploy?'],
  ['/executions', 'Executions'],
  ['/pipelines', 'Pipelines'],
  ['/pipelines/new', 'New pipeline'],
  ['/pipelines/axe_shop', 'axe_shop'],
  ['/pipelines/axe_shop?tab=edit', 'axe_shop'],
  ['/services', 'Services'],
  ['/services/new', 'New service'],
  ['/services/axe_shop', 'axe_shop'],
  ['/services/axe_shop?tab=edit', 'axe_shop'],
  ['/environments', 'Environments'],
  ['/environments/new', 'New environment'],
  ['/environments/axe_shop_env', 'axe_shop_env'],
  ['/environments/axe_shop_env/infrastructures/new', 'New infrastructure definition'],
  ['/environments/axe_shop_env/infrastructures/axe_shop_infra?tab=edit', 'axe_shop_infra'],
  ['/connectors', 'Connectors'],
  ['/connectors/new', 'New connector'],
  ['/connectors/axe_shop_cluster', 'axe_shop_cluster'],
  ['/delegates', 'Delegates'],
  ['/delegates/install', 'Install a delegate'],
  ['/delegates/tokens', 'Delegate tokens'],
  ['/delegates/named/local-delegate', 'local-delegate'],
  ['/secrets', 'Secrets'],
  ['/secrets/new', 'New secret'],
  ['/files', 'Files'],
  ['/files/new', 'New file'],
];

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

async function settle(page: Page, heading: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { name: heading }).first()).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Loading' })).toHaveCount(0);
}

test('no screen has anything that axe finds, light and dark, wide and narrow', async ({
  page,
  installation,
}) => {
  test.setTimeout(600_000);
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'axe' });
  const rest = restClient(installation);

  await page.goto(`${installation.baseUrl}/sign-in`);
  await settle(page, 'Sign in');
  expect.soft(await findings(page)).toEqual([]);
  await signInAnew(page, installation);
  // Other files of the run have deployed into the default project already.
  const empty = '/orgs/default/projects/axe_empty';
  await rest.put(empty, { json: { identifier: 'axe_empty', name: 'Empty' } });
  await page.goto(`${installation.baseUrl}${empty}`);
  await settle(page, 'Your first deployment');
  expect.soft(await findings(page), 'the overview of an empty project').toEqual([]);

  await rest.apply(shopDocuments({ name: 'axe_shop', namespace: namespace.name }));
  await rest.delegateConnected();
  await rest.ended(await rest.run('axe_shop'));
  await rest.apply(
    shopDocuments({
      name: 'axe_shop',
      namespace: namespace.name,
      image: 'registry.example/shop:does-not-exist',
    }),
  );
  const failed = await rest.ended(await rest.run('axe_shop'));

  const looks = [
    { colorScheme: 'light', width: 1440 },
    { colorScheme: 'dark', width: 380 },
  ] as const;
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 900 });
    for (const [address, heading] of [
      ...screens,
      [`/executions/${failed.executionId}`, /axe_shop/] as const,
    ]) {
      await test.step(`${address} ${colorScheme} ${width}`, async () => {
        await page.goto(`${installation.baseUrl}${home}${address}`);
        await settle(page, heading);
        expect.soft(await findings(page)).toEqual([]);
        // The page itself never scrolls sideways.
        expect
          .soft(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'))
          .toBe(true);
      });
    }
  }
});

test('a link that was used says so and how to get another', async ({ page, installation }) => {
  const link = await installation.newSignInLink();
  await signIn(page, link);
  await page.context().clearCookies();
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('cannot be used any more');
  await expect(page.getByText('pnpm sign-in-link').first()).toBeVisible();
});
