import { expect, test } from 'vitest';
import { createTestApi, defaultProject, scopePath } from './harness.ts';

const P = scopePath(defaultProject);

test('a key is shown once and may do what its role says, at its scope and below', async () => {
  await using api = await createTestApi();
  const made = await api.admin.post('/orgs/default/api-keys', {
    body: { name: 'ci', role: '_organization_admin' },
  });
  expect(made.status).toBe(201);
  expect(made.body.value).toMatch(/^slw\.[a-z0-9]{12}\.[\w-]{43}$/);
  expect(made.body.prefix).toBe(`slw.${made.body.id}`);
  const list = await api.admin.get('/orgs/default/api-keys');
  expect(list.body.items).toHaveLength(1);
  expect(list.text).not.toContain(String(made.body.value).split('.')[2]);

  const key = api.client({ 'x-api-key': made.body.value });
  expect((await key.get('/sessions/current')).body.actor).toMatchObject({ type: 'api-key', name: 'ci' });
  expect((await key.get(`${P}/connectors`)).status).toBe(200);
  expect((await key.get('/orgs/default')).status).toBe(200);
  expect((await key.get('/connectors')).status).toBe(403);
});

test('a key runs out after thirty days unless it says otherwise', async () => {
  let now = Date.parse('2026-03-02T09:00:00Z');
  await using api = await createTestApi({ clock: () => new Date(now) });
  const make = async (body: object) => {
    const made = await api.admin.post('/api-keys', {
      body: { name: 'ci', role: '_account_viewer', ...body },
    });
    return api.client({ 'x-api-key': made.body.value });
  };
  const [month, year] = [await make({}), await make({ expiresInDays: 365 })];
  now += 30 * 24 * 60 * 60 * 1000;
  expect((await month.get('/orgs')).status).toBe(401);
  expect((await year.get('/orgs')).status).toBe(200);
});

test('a revoked key opens nothing, and stays in the list', async () => {
  await using api = await createTestApi();
  const made = await api.admin.post('/api-keys', { body: { name: 'ci', role: '_account_viewer' } });
  const key = api.client({ 'x-api-key': made.body.value });
  expect((await key.get('/orgs')).status).toBe(200);
  expect((await api.admin.delete(`/api-keys/${made.body.id}`)).status).toBe(204);
  expect((await key.get('/orgs')).status).toBe(401);
  expect((await api.admin.delete(`/api-keys/${made.body.id}`)).status).toBe(204);
  const list = await api.admin.get('/api-keys?search=ci');
  expect(list.body.items[0].revokedAt).toBeDefined();
  const audit = await api.admin.get('/audit-events?kind=api-key&identifier=' + made.body.id);
  expect(audit.body.items.map(({ action }: { action: string }) => action)).toEqual([
    'REVOKE_TOKEN',
    'CREATE',
  ]);
});

test('a key of one scope is not found in another', async () => {
  await using api = await createTestApi();
  const made = await api.admin.post('/api-keys', { body: { name: 'ci', role: '_account_viewer' } });
  expect((await api.admin.delete(`${P}/api-keys/${made.body.id}`)).status).toBe(404);
});

test('nobody gives a role that exceeds their own', async () => {
  await using api = await createTestApi();
  const projectAdmin = await api.withRole('_project_admin', defaultProject);
  const give = (role: string) => projectAdmin.post(`${P}/api-keys`, { body: { name: 'x', role } });
  expect((await give('_project_admin')).status).toBe(201);
  expect((await give('_project_viewer')).status).toBe(201);
  expect((await give('_pipeline_executor')).status).toBe(201);
  const wider = await projectAdmin.post('/orgs/default/api-keys', {
    body: { name: 'x', role: '_project_viewer' },
  });
  expect(wider.status).toBe(403);
  const viewer = await api.withRole('_account_viewer', { level: 'account' });
  expect((await viewer.post('/api-keys', { body: { name: 'x', role: '_account_viewer' } })).status).toBe(403);
});

test('a role of the account is not given in a project', async () => {
  await using api = await createTestApi();
  const answer = await api.admin.post(`${P}/api-keys`, { body: { name: 'x', role: '_account_admin' } });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([
    { pointer: '/role', message: expect.stringContaining('_account_admin') },
  ]);
});

test("the operator's key may look like anything, even like one of ours", async () => {
  const chosen = `slw.abcdefghjkmn.${'x'.repeat(43)}`;
  await using api = await createTestApi({ environment: { SLIPWAY_BOOTSTRAP_API_KEY: chosen } });
  expect((await api.client({ 'x-api-key': chosen }).get('/orgs')).status).toBe(200);
  expect((await api.client({ 'x-api-key': `${chosen}y` }).get('/orgs')).status).toBe(401);
  expect((await api.client({ 'x-api-key': 'bootstrap' }).get('/orgs')).status).toBe(401);
});

test('keys are listed page by page, in the order asked for', async () => {
  await using api = await createTestApi();
  for (const name of ['c', 'a', 'e', 'b', 'd'])
    await api.admin.post(`${P}/api-keys`, { body: { name, role: '_project_viewer' } });
  const names: string[] = [];
  let cursor = '';
  do {
    const page = await api.admin.get(`${P}/api-keys?sort=name&limit=2${cursor}`);
    expect(page.body.total).toBe(5);
    names.push(...page.body.items.map(({ name }: { name: string }) => name));
    cursor = page.body.nextCursor === undefined ? '' : `&cursor=${page.body.nextCursor}`;
  } while (cursor !== '');
  expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
});
