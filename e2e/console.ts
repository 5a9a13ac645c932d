import type { Page } from '@playwright/test';
import { reportClicks } from './in-page.ts';
import type { Installation } from './installation.ts';

export const home = '/orgs/default/projects/default';

/** Opens the link and signs in by it, with one click. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**${home}`);
}

/** Signs in by a link of its own: the first may have been spent. */
export async function signInAnew(page: Page, installation: Installation): Promise<void> {
  await signIn(page, await installation.newSignInLink());
}

export interface Clicks {
  count(): Promise<number>;
}

/** Counts what a person's mouse does, over all pages of the tab. */
export async function countClicks(page: Page): Promise<Clicks> {
  let clicks = 0;
  await page.exposeFunction('countClick', () => (clicks += 1));
  await page.addInitScript(reportClicks);
  return { count: () => Promise.resolve(clicks) };
}

/** From the overview to the last step, everything as it is offered but the namespace. */
export async function walkToReview(page: Page, namespace: string): Promise<void> {
  const next = page.getByRole('button', { name: 'Save and continue' });
  await page.getByRole('link', { name: 'Get started' }).click();
  for (const title of ['What do you deploy?', 'Where does it run?', 'Which cluster?']) {
    await page.getByRole('heading', { name: title }).waitFor();
    await next.click();
  }
  const field = page.getByRole('textbox', { name: 'Namespace' });
  await field.click({ timeout: 60_000 });
  await field.fill(namespace);
  await next.click();
  await page.getByRole('heading', { name: 'How is it rolled out?' }).waitFor();
  await next.click();
  await page.getByRole('heading', { name: 'Ready to deploy' }).waitFor();
}
