import { expect, test } from 'vitest';
import { createTestApi } from './harness.ts';
import type { TestAnswer } from './harness.ts';

const identifiers = (answer: TestAnswer): string[] =>
  answer.body.items.map((item: { identifier: string }) => item.identifier);

test('a first start makes an organization and a project', async () => {
  await using api = await createTestApi();
  expect(identifiers(await api.admin.get('/orgs'))).toEqual(['default']);
  expect(identifiers(await api.admin.get('/orgs/default/projects'))).toEqual(['default']);
});

test('an organization is made, changed and deleted, and each is in the trail', async () => {
  await using api = await createTestApi();
  const made = await api.admin.post('/orgs', {
    body: { identifier: 'acme', name: 'Acme', description: 'Rockets' },
  });
  expect(made.status).toBe(201);
  expect(made.headers['etag']).toBe('"1"');
  const changed = await api.admin.put('/orgs/acme', { body: { identifier: 'acme', name: 'ACME' } });
  expect([changed.status, changed.body.version, changed.body.description]).toEqual([200, 2, undefined]);
  expect((await api.admin.delete('/orgs/acme')).status).toBe(204);
  expect((await api.admin.get('/orgs/acme')).status).toBe(404);
  const trail = await api.admin.get('/audit-events?kind=organization&identifier=acme&sort=at');
  const told = trail.body.items.map(({ action, before, after }: Record<string, string>) => [
    action,
    before,
    after,
  ]);
  expect(told).toEqual([
    ['CREATE', undefined, 'identifier: acme\nname: Acme\ndescription: Rockets\n'],
    ['UPDATE', 'identifier: acme\nname: Acme\ndescription: Rockets\n', 'identifier: acme\nname: ACME\n'],
    ['DELETE', 'identifier: acme\nname: ACME\n', undefined],
  ]);
});

test('an identifier is taken once', async () => {
  await using api = await createTestApi();
  const answers = await Promise.all(
    [1, 2, 3].map(() => api.admin.post('/orgs', { body: { identifier: 'acme', name: 'Acme' } })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
});

test('putting makes what is not there, under the name that the address says', async () => {
  await using api = await createTestApi();
  const body = { identifier: 'shop', name: 'Shop' };
  expect((await api.admin.put('/orgs/default/projects/shop', { body })).status).toBe(201);
  expect((await api.admin.put('/orgs/default/projects/shop', { body })).status).toBe(200);
  const other = await api.admin.put('/orgs/default/projects/store', { body });
  expect(other.body.code).toBe('request.identifier_mismatch');
});

test('who may change an organization may not make one by that', async () => {
  await using api = await createTestApi();
  const orgAdmin = await api.withRole('_organization_admin', { level: 'org', org: 'default' });
  expect(
    (await orgAdmin.put('/orgs/default', { body: { identifier: 'default', name: 'Ours' } })).status,
  ).toBe(200);
  expect((await orgAdmin.put('/orgs/acme', { body: { identifier: 'acme', name: 'Acme' } })).status).toBe(404);
  const projectAdmin = await api.withRole('_project_admin', {
    level: 'project',
    org: 'default',
    project: 'default',
  });
  expect(
    (await projectAdmin.put('/orgs/default/projects/new', { body: { identifier: 'new', name: 'New' } }))
      .status,
  ).toBe(404);
});

test('a change of an older version is refused', async () => {
  await using api = await createTestApi();
  const put = (name: string, version: string) =>
    api.admin.put('/orgs/default', {
      body: { identifier: 'default', name },
      headers: { 'if-match': version },
    });
  expect((await put('One', '"1"')).status).toBe(200);
  expect((await put('Two', '"1"')).body.code).toBe('entity.version_conflict');
  const both = await Promise.all([put('Three', '"2"'), put('Four', '"2"')]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  expect((await api.admin.delete('/orgs/default', { headers: { 'if-match': '"1"' } })).status).toBe(412);
});

test('a scope that holds something is not deleted', async () => {
  await using api = await createTestApi();
  await api.admin.post('/orgs', { body: { identifier: 'acme', name: 'Acme' } });
  await api.admin.post('/orgs/acme/projects', { body: { identifier: 'shop', name: 'Shop' } });
  const refused = await api.admin.delete('/orgs/acme');
  expect(refused.body).toMatchObject({ code: 'entity.in_use', details: { projects: 1 } });
  await api.admin.put('/orgs/acme/projects/shop/files/a.yaml', { raw: 'a: b' });
  expect((await api.admin.delete('/orgs/acme/projects/shop')).body.details).toEqual({ files: 1 });
  await api.admin.delete('/orgs/acme/projects/shop/files/a.yaml');
  expect((await api.admin.delete('/orgs/acme/projects/shop')).status).toBe(204);
  expect((await api.admin.delete('/orgs/acme')).status).toBe(204);
});

test('the keys of a deleted project open nothing, also when it is made again', async () => {
  await using api = await createTestApi();
  const shop = { level: 'project', org: 'default', project: 'shop' } as const;
  const make = () => api.admin.post('/orgs/default/projects', { body: { identifier: 'shop', name: 'Shop' } });
  await make();
  const key = await api.withRole('_project_admin', shop);
  await api.admin.delete('/orgs/default/projects/shop');
  await make();
  expect((await key.get('/orgs/default/projects/shop')).status).toBe(401);
});

test('lists show what one may see, and no more', async () => {
  await using api = await createTestApi();
  await api.admin.post('/orgs', { body: { identifier: 'acme', name: 'Acme' } });
  for (const identifier of ['shop', 'blog'])
    await api.admin.post('/orgs/acme/projects', { body: { identifier, name: identifier } });
  const viewer = await api.withRole('_project_viewer', { level: 'project', org: 'acme', project: 'shop' });
  expect(identifiers(await viewer.get('/orgs'))).toEqual(['acme']);
  expect(identifiers(await viewer.get('/orgs/acme/projects'))).toEqual(['shop']);
  expect((await viewer.get('/orgs/default/projects')).status).toBe(404);
  expect(identifiers(await api.admin.get('/orgs/acme/projects?search=BLO'))).toEqual(['blog']);
  expect(identifiers(await api.admin.get('/orgs/acme/projects?sort=-name'))).toEqual(['shop', 'blog']);
});

test('the trail of a scope holds what happened in it and below', async () => {
  await using api = await createTestApi();
  await api.admin.post('/orgs', { body: { identifier: 'acme', name: 'Acme' } });
  await api.admin.post('/orgs/acme/projects', { body: { identifier: 'shop', name: 'Shop' } });
  const P = '/orgs/acme/projects/shop';
  await api.admin.post(`${P}/api-keys`, { body: { name: 'ci', role: '_project_viewer' } });
  const kinds = async (path: string) =>
    (await api.admin.get(`${path}/audit-events?sort=at`)).body.items.map(
      (event: { resource: { kind: string } }) => event.resource.kind,
    );
  expect(await kinds(P)).toEqual(['api-key']);
  expect(await kinds('/orgs/acme')).toEqual(['project', 'api-key']);
  expect(await kinds('/orgs/default')).toEqual(['project']);
  const first = await api.admin.get('/audit-events?limit=2');
  const second = await api.admin.get(`/audit-events?limit=2&cursor=${first.body.nextCursor}`);
  const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(4);
  expect(ids).toEqual(ids.toSorted().toReversed());
});
