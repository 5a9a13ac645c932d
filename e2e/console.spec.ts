import { home, signInAnew } from './console.ts';
import { expect, test } from './installation.ts';
import { restClient } from './rest-client.ts';

const environment = (name: string, more = ''): string =>
  `environment:\n  name: ${name}\n  identifier: ${name}\n  type: PreProduction\n${more}`;

test.beforeEach(async ({ page, installation }) => {
  await signInAnew(page, installation);
});

test('a draft of the wizard survives a reload, and form and YAML are one document', async ({
  page,
  installation,
}) => {
  await page.goto(`${installation.baseUrl}${home}/get-started/service`);
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Corner shop');
  await expect(page.getByRole('region', { name: 'service.yaml' }).last()).toContainText(
    'identifier: Corner_shop',
  );
  await page.reload();
  await expect(name).toHaveValue('Corner shop');

  await page.getByRole('button', { name: 'Edit as YAML' }).click();
  const editor = page.getByRole('textbox', { name: 'service.yaml' });
  await editor.click();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.type(' again');
  await expect(name).toHaveValue('Corner shop again');
});

test("somebody else's change is told before it is overwritten", async ({ page, installation }) => {
  const rest = restClient(installation);
  await rest.apply(environment('contested'));
  await page.goto(`${installation.baseUrl}${home}/environments/contested?tab=edit`);
  await page.getByRole('textbox', { name: 'Description' }).fill('mine');
  // Live messages would bring the new version into the editor: the other person is quicker than they are.
  await page.context().setOffline(true);
  await rest.apply(environment('contested', '  description: theirs\n'));
  await page.context().setOffline(false);
  await page.route('**/environments/contested', (route) =>
    route.request().method() === 'GET' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(
    page.getByRole('alert').filter({ hasText: 'Somebody else changed it meanwhile' }),
  ).toBeVisible();
  await page.unroute('**/environments/contested');
  await page.getByRole('button', { name: 'Show theirs, drop mine' }).click();
  await expect(page.getByRole('textbox', { name: 'Description' })).toHaveValue('theirs');
});

test('a mistake stands at its line and nothing is saved', async ({ page, installation }) => {
  const rest = restClient(installation);
  await rest.apply(environment('mistaken'));
  await page.goto(`${installation.baseUrl}${home}/environments/mistaken?tab=edit`);
  await page.getByRole('button', { name: 'Edit as YAML' }).click();
  await page.getByRole('textbox', { name: 'environment.yaml' }).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('  colour: red');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Mistakes' })).toContainText('There is no field colour here.');
});

test('search, sort and page of a list are its address, and the keyboard is enough', async ({
  page,
  installation,
}) => {
  const rest = restClient(installation);
  await rest.apply([environment('alpha'), environment('beta')].join('---\n'));
  await page.goto(`${installation.baseUrl}${home}/environments`);
  await expect(page.getByRole('link', { name: 'alpha' })).toBeVisible();
  await page.keyboard.press('/');
  await page.keyboard.type('bet');
  await expect(page.getByRole('link', { name: 'alpha' })).toHaveCount(0);
  await expect(page).toHaveURL(/search=bet/);
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('bet');
  await page.getByRole('searchbox').press('ArrowDown');
  await expect(page.getByRole('link', { name: 'beta' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'beta' })).toBeVisible();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
});

test('what others change is shown without asking, and a lost connection says since when', async ({
  page,
  installation,
}) => {
  const rest = restClient(installation);
  await page.goto(`${installation.baseUrl}${home}/environments`);
  await expect(page.getByText(/^Connected/)).toBeVisible();
  await rest.apply(environment('appears_by_itself'));
  await expect(page.getByRole('link', { name: 'appears_by_itself' })).toBeVisible();

  await page.context().setOffline(true);
  await page.evaluate('window.dispatchEvent(new Event("offline"))');
  await expect(page.getByText(/Connection lost at \d\d:\d\d:\d\d/)).toBeVisible({ timeout: 60_000 });
  await rest.apply(environment('made_meanwhile'));
  await page.context().setOffline(false);
  await expect(page.getByRole('link', { name: 'made_meanwhile' })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(/Connection lost at/)).toHaveCount(0);
});

test('a secret is made without its value ever coming back', async ({ page, installation }) => {
  await page.goto(`${installation.baseUrl}${home}/secrets/new`);
  await page.getByRole('textbox', { name: 'Name' }).fill('registry password');
  await page.getByRole('textbox', { name: 'Value' }).fill('tigers-are-orange');
  await page.getByRole('button', { name: 'Save secret' }).click();
  await expect(page.getByRole('heading', { name: 'registry password' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'About' })).toBeVisible();
  expect(await page.content()).not.toContain('tigers-are-orange');
  expect(await page.evaluate('JSON.stringify([{ ...sessionStorage }, { ...localStorage }])')).not.toContain(
    'tigers',
  );
});
