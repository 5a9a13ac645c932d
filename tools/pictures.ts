import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { chromium } from '@playwright/test';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { testCluster, testNamespace } from '@slipway/testing';
import { home, signIn, walkToReview } from '../e2e/console.ts';
import { startInstallation } from '../e2e/installation.ts';
import type { Installation } from '../e2e/installation.ts';
import { restClient } from '../e2e/rest-client.ts';
import { setup as startCluster } from '../packages/testing/src/cluster-global.ts';
import { generateClient } from './generate.ts';
import { provideBrowser, systemWays } from './test-run/browser.ts';

const folder = path.resolve(import.meta.dirname, '../docs/pictures');

const looks = [
  { name: 'light', colorScheme: 'light', width: 1440 },
  { name: 'dark', colorScheme: 'dark', width: 1440 },
  { name: 'light-narrow', colorScheme: 'light', width: 380 },
  { name: 'dark-narrow', colorScheme: 'dark', width: 380 },
] as const;

interface Shot {
  readonly name: string;
  readonly address: string;
  /** What must be seen before the picture is taken. */
  readonly ready: (page: Page) => Promise<unknown>;
}

const heading = (name: string | RegExp) => (page: Page) =>
  page.getByRole('heading', { name }).first().waitFor();

/** One picture in all four looks: the page stays open, so that they show the same moment. */
async function take(page: Page, { name, address, ready }: Shot, baseUrl: string): Promise<void> {
  if (!page.url().endsWith(address)) await page.goto(`${baseUrl}${address}`);
  await ready(page);
  for (const look of looks) {
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width: look.width, height: look.width === 380 ? 800 : 900 });
    await ready(page);
    await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({ state: 'hidden' });
    await page.evaluate('document.fonts.ready.then(() => true)');
    const file = `${name}-${look.name}.png`;
    await page.screenshot({ path: path.join(folder, file) });
    console.log(`docs/pictures/${file}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1440, height: 900 });
}

const lists: readonly Shot[] = [
  { name: 'overview', address: home, ready: heading('What runs where') },
  { name: 'executions', address: `${home}/executions`, ready: heading('Executions') },
  { name: 'pipelines', address: `${home}/pipelines`, ready: heading('Pipelines') },
  { name: 'service', address: `${home}/services/hello`, ready: heading('Where it runs') },
  {
    name: 'connector',
    address: `${home}/connectors/My_cluster`,
    ready: (page) => page.getByText('Connection test passed').waitFor(),
  },
  { name: 'delegates', address: `${home}/delegates`, ready: heading('Delegates') },
];

/** The sample with another tag, or with pods that take their time. */
async function changeSample(installation: Installation, change: (yaml: string) => string): Promise<void> {
  const rest = restClient(installation);
  const address = `${home}/services/hello`;
  const yaml = (await rest.get(address, { headers: { accept: 'application/yaml' } })).text;
  await rest.apply(change(yaml));
}

const slowly = (yaml: string): string =>
  yaml.replace(/(\n +)labels:\n +app: hello\n/, '$1annotations:$1  sandbox.slipway.dev/ready-after: "15s"$&');
const withoutImage = (yaml: string): string => yaml.replace(/(nginx-unprivileged):\S+/, '$1:does-not-exist');

async function picturesOf(
  installation: Installation,
  context: BrowserContext,
  namespace: string,
): Promise<void> {
  const { baseUrl } = installation;
  const page = await context.newPage();
  const rest = restClient(installation);
  const at = (name: string, address: string, ready: Shot['ready']) =>
    take(page, { name, address, ready }, baseUrl);

  await signIn(page, installation.signInLink);
  await at('first-start', home, heading('Your first deployment'));
  await rest.delegateConnected();
  await walkToReview(page, namespace);
  await at('wizard-review', `${home}/get-started/review`, heading('Ready to deploy'));
  await at('wizard-cluster', `${home}/get-started/cluster`, heading('Which cluster?'));
  await at('wizard-service', `${home}/get-started/service`, heading('What do you deploy?'));
  await page.goto(`${baseUrl}${home}/get-started/review`);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.waitForURL('**/executions/*');
  await page.getByText('Succeeded', { exact: true }).first().waitFor({ timeout: 120_000 });

  await changeSample(installation, slowly);
  const running = await rest.run('Deploy_hello');
  await at('execution-running', `${home}/executions/${running}`, async (shown) => {
    await shown
      .getByText(/^Waiting for Deployment/)
      .first()
      .waitFor();
    await shown.getByText('Reading…').waitFor({ state: 'hidden' });
  });
  await rest.ended(running);
  await at('execution-succeeded', `${home}/executions/${running}`, (shown) =>
    shown.getByText('Succeeded', { exact: true }).first().waitFor(),
  );

  await changeSample(installation, withoutImage);
  const failed = await rest.run('Deploy_hello');
  await rest.ended(failed);
  await at('execution-failed', `${home}/executions/${failed}`, (shown) =>
    shown.getByRole('alert', { name: 'What is wrong' }).waitFor(),
  );
  for (const shot of lists) await take(page, shot, baseUrl);
}

async function main(browser: Browser): Promise<void> {
  const cluster = await testCluster();
  await using namespace = await testNamespace(cluster, { prefix: 'shop' });
  const installation = await startInstallation();
  try {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    await picturesOf(installation, context, namespace.name).catch(async (error: unknown) => {
      const seen = await Promise.all(context.pages().map((page) => page.locator('main').innerText()));
      throw new Error(`The page showed:\n${seen.join('\n')}`, { cause: error });
    });
  } finally {
    await installation.stop();
  }
}

mkdirSync(folder, { recursive: true });
generateClient();
const executablePath = provideBrowser(process.env, systemWays());
const endCluster = process.env['SLIPWAY_TEST_KUBECONFIG'] === undefined ? await startCluster() : undefined;
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  await main(browser);
} finally {
  await browser.close();
  await endCluster?.();
}
