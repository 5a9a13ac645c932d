import { randomUUID } from 'node:crypto';
import { startScriptedDelegate, testCluster, testNamespace } from '@slipway/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { composeApi } from '../src/compose.ts';
import { createLogger } from '../src/platform/log.ts';
import { createTestApi, defaultProject, scopePath } from './harness.ts';
import type { TestApi } from './harness.ts';
import { createTaskDesk, newName, repeatableTask, waiting } from './task-desk.ts';

const token = 'a-delegate-token-for-tests';
let api: TestApi;
let url: string;

beforeAll(async () => {
  api = await createTestApi({ environment: { SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: token } });
  url = await api.listen();
});
afterAll(async () => {
  await api.close();
});

const newToken = (): string => `t-${randomUUID().slice(0, 8)}`;

describe('tokens', () => {
  test('the value is shown once, and no row holds it', async () => {
    const name = newToken();
    const made = await api.admin.post('/delegate-tokens', { body: { name } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name, status: 'ACTIVE', value: expect.stringMatching(/^sldt_/) });
    const listed = await api.admin.get('/delegate-tokens?limit=200');
    expect(listed.text).toContain(name);
    expect(listed.text).not.toContain(made.body.value);
    const rows = await api.api.database.prisma.$queryRaw`select * from delegate_token`;
    expect(JSON.stringify(rows)).not.toContain(made.body.value);
  });

  test('a name is taken once in a scope, and may be used in another', async () => {
    const name = newToken();
    expect((await api.admin.post('/delegate-tokens', { body: { name } })).status).toBe(201);
    expect((await api.admin.post('/delegate-tokens', { body: { name } })).body).toMatchObject({
      status: 409,
      code: 'entity.identifier_taken',
    });
    expect(
      (await api.admin.post(`${scopePath(defaultProject)}/delegate-tokens`, { body: { name } })).status,
    ).toBe(201);
  });

  test('only a revoked token can be deleted', async () => {
    const name = newToken();
    await api.admin.post('/delegate-tokens', { body: { name } });
    expect((await api.admin.delete(`/delegate-tokens/${name}`)).body).toMatchObject({
      status: 409,
      code: 'delegate.token_active',
    });
    expect((await api.admin.post(`/delegate-tokens/${name}/revoke`)).body).toMatchObject({
      status: 'REVOKED',
      revokedAt: expect.any(String),
    });
    expect((await api.admin.delete(`/delegate-tokens/${name}`)).status).toBe(204);
    expect((await api.admin.delete(`/delegate-tokens/${name}`)).status).toBe(404);
  });

  test('making, revoking and deleting leave their trail', async () => {
    const name = newToken();
    await api.admin.post('/delegate-tokens', { body: { name } });
    await api.admin.post(`/delegate-tokens/${name}/revoke`);
    await api.admin.delete(`/delegate-tokens/${name}`);
    const trail = await api.admin.get(`/audit-events?kind=delegate-token&identifier=${name}`);
    expect(trail.body.items.map(({ action }: { action: string }) => action).toSorted()).toEqual([
      'CREATE',
      'DELETE',
      'REVOKE',
    ]);
  });
});

describe('delegates', () => {
  test('are listed with their instances, by name, page by page', async () => {
    const prefix = newName();
    const names = ['a', 'b', 'c'].map((letter) => `${prefix}-${letter}`);
    for (const name of names) (await startScriptedDelegate({ url, token, name, tags: ['eu'] })).hangUp();
    const first = await api.admin.get(`/delegates?search=${prefix}&limit=2`);
    expect(first.body).toMatchObject({
      total: 3,
      items: [{ name: names[0], tags: [names[0], 'eu'] }, { name: names[1] }],
      nextCursor: expect.any(String),
    });
    const second = await api.admin.get(`/delegates?search=${prefix}&limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body.items.map(({ name }: { name: string }) => name)).toEqual([names[2]]);
  });

  test('of the scopes around are listed when asked for', async () => {
    const name = newName();
    await using _delegate = await startScriptedDelegate({ url, token, name });
    const inProject = `${scopePath(defaultProject)}/delegates?search=${name}`;
    expect((await api.admin.get(inProject)).body.total).toBe(0);
    expect((await api.admin.get(`${inProject}&includeParents=true`)).body.items).toMatchObject([
      { name, scope: {} },
    ]);
  });

  test('are forgotten only when they are not connected', async () => {
    const name = newName();
    const delegate = await startScriptedDelegate({ url, token, name });
    expect((await api.admin.delete(`/delegates/${name}`)).body).toMatchObject({
      status: 409,
      code: 'entity.in_use',
    });
    delegate.hangUp();
    await vi.waitFor(
      async () =>
        expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({ connected: false }),
      waiting,
    );
    expect((await api.admin.delete(`/delegates/${name}`)).status).toBe(204);
    expect((await api.admin.get(`/delegates/${name}`)).status).toBe(404);
  });
});

describe('install document', () => {
  const documents = (yaml: string) =>
    parseAllDocuments(yaml).map(
      (document) => document.toJS() as { kind: string; metadata: { name: string; namespace?: string } },
    );

  test.each([
    ['cluster-admin', '', ['Namespace', 'ServiceAccount', 'ClusterRoleBinding', 'Secret', 'Deployment']],
    [
      'namespace-admin',
      '&namespace=shop',
      ['Namespace', 'ServiceAccount', 'Namespace', 'RoleBinding', 'Secret', 'Deployment'],
    ],
  ])('%s is accepted by a real API server', async (profile, extra, kinds) => {
    const name = newName();
    const answer = await api.admin.get(
      `/delegates/install?name=${name}&profile=${profile}&tags=eu,prod${extra}`,
    );
    expect(answer.headers['content-type']).toContain('yaml');
    expect(documents(answer.text).map(({ kind }) => kind)).toEqual(kinds);
    const cluster = await testCluster();
    // Namespaces of a dry run are not there for what lies in them.
    await using namespace = await testNamespace(cluster);
    const document = answer.text.replaceAll(
      /(name|namespace): (slipway-delegate|shop)$/gm,
      `$1: ${namespace.name}`,
    );
    const applied = await cluster.kubectl(
      ['apply', '--server-side', '--dry-run=server', '--field-manager=test', '-f', '-'],
      { stdin: document },
    );
    expect(applied.trim().split('\n')).toHaveLength(kinds.length);
    await cluster.api.close();
  });

  test('its token connects a delegate, and is not in the next one', async () => {
    const name = newName();
    const answer = await api.admin.get(`/delegates/install?name=${name}`);
    const value = /SLIPWAY_DELEGATE_TOKEN: (\S+)/.exec(answer.text)?.[1] ?? '';
    await using delegate = await startScriptedDelegate({ url, token: value, name });
    expect(delegate.connected).toBe(true);
    expect((await api.admin.get(`/delegates/install?name=${name}`)).text).not.toContain(value);
  });

  test('who may only look gets none', async () => {
    const viewer = await api.withRole('_account_viewer', { level: 'account' });
    expect((await viewer.get('/delegates/install?name=x')).status).toBe(403);
  });
});

test('two replicas share tasks: each offers over its own sockets', async () => {
  const second = await composeApi({ config: api.config, log: createLogger(api.config, 'api') });
  await second.app.ready();
  await second.app.listen({ host: '127.0.0.1', port: 0 });
  const address = second.app.server.address();
  const otherUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  const desk = createTaskDesk(api);
  const [here, there] = [newName(), newName()];
  const done = { kind: 'succeeded', outputs: {} } as const;
  try {
    await using _one = await startScriptedDelegate({ url, token, name: here, script: () => done });
    await using two = await startScriptedDelegate({ url: otherUrl, token, name: there, script: () => done });
    expect(await desk.outcome(await desk.start(repeatableTask(), { selectors: [here] }))).toEqual(done);
    expect(await desk.outcome(await desk.start(repeatableTask(), { selectors: [there] }))).toEqual(done);
    // Revoked on one replica, hung up on by the other.
    const name = newToken();
    const made = await api.admin.post('/delegate-tokens', { body: { name } });
    await using third = await startScriptedDelegate({
      url: otherUrl,
      token: made.body.value,
      name: newName(),
    });
    await api.admin.post(`/delegate-tokens/${name}/revoke`);
    await vi.waitFor(() => expect(third.goodbye?.code).toBe('token_revoked'), waiting);
    // The same instance on another replica: the former socket is stale.
    await using _moved = await startScriptedDelegate({
      url,
      token,
      name: there,
      instanceId: two.instanceId,
      bootId: two.bootId,
    });
    await vi.waitFor(() => expect(two.connected).toBe(false), waiting);
    expect((await api.admin.get(`/delegates/${there}`)).body).toMatchObject({ connected: true });
  } finally {
    await second.close();
  }
});
