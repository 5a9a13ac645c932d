import { expect, test } from 'vitest';
import { createSignInLink } from '../src/domains/identity/index.ts';
import { createTestApi } from './harness.ts';
import type { TestAnswer, TestApi, TestClient } from './harness.ts';

const EMAIL = 'ada@example.com';
const PASSWORD = 'ships leave at noon';
const withAdmin = {
  environment: { SLIPWAY_BOOTSTRAP_ADMIN_EMAIL: EMAIL, SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD: PASSWORD },
};

function cookieOf(answer: TestAnswer): string {
  const header = String(answer.headers['set-cookie']);
  return header.split(';', 1)[0] ?? '';
}

/** A browser that holds this answer's cookie, on a page of our own. */
function browser(api: TestApi, answer: TestAnswer): TestClient {
  return api.client({ cookie: cookieOf(answer), origin: api.baseUrl });
}

const signIn = (api: TestApi, password = PASSWORD, email = EMAIL): Promise<TestAnswer> =>
  api.anonymous.post('/sessions', { body: { email, password } });

test('signing in gives a session that says who one is', async () => {
  await using api = await createTestApi(withAdmin);
  const answer = await signIn(api);
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ actor: { type: 'user', email: EMAIL }, mustSetPassword: false });
  const cookie = String(answer.headers['set-cookie']);
  expect(cookie).toMatch(/^slipway_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
  const session = await browser(api, answer).get('/sessions/current');
  expect(session.body.roles).toEqual([{ role: '_account_admin', scope: {} }]);
});

test('the cookie is Secure when the installation is reached by https', async () => {
  await using api = await createTestApi({
    environment: { ...withAdmin.environment, SLIPWAY_BASE_URL: 'https://slipway.test' },
  });
  expect(String((await signIn(api)).headers['set-cookie'])).toContain('; Secure');
});

test('the e-mail address is compared without case', async () => {
  await using api = await createTestApi(withAdmin);
  expect((await signIn(api, PASSWORD, 'ADA@Example.com')).status).toBe(201);
});

test('a wrong password and an unknown user look the same', async () => {
  await using api = await createTestApi(withAdmin);
  const wrong = await signIn(api, 'something else entirely');
  const unknown = await signIn(api, PASSWORD, 'nobody@example.com');
  expect(wrong.status).toBe(401);
  expect({ ...wrong.body, instance: '' }).toEqual({ ...unknown.body, instance: '' });
  const audit = await api.admin.get('/audit-events?kind=user');
  expect(
    audit.body.items.filter((event: { action: string }) => event.action === 'UNSUCCESSFUL_LOGIN'),
  ).toHaveLength(2);
  expect(audit.text).not.toContain('nobody@example.com');
});

test('too many attempts at one account are refused for a while, even with the right password', async () => {
  await using api = await createTestApi(withAdmin);
  for (let attempt = 0; attempt < 10; attempt += 1)
    expect((await signIn(api, 'something else entirely')).status).toBe(401);
  const refused = await signIn(api);
  expect(refused.status).toBe(429);
  expect(refused.body.code).toBe('request.rate_limited');
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
});

test('attempts made at once are all counted', async () => {
  await using api = await createTestApi(withAdmin);
  const answers = await Promise.all(Array.from({ length: 16 }, () => signIn(api, 'something else entirely')));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
});

test('an address that tries many accounts is refused', async () => {
  await using api = await createTestApi(withAdmin);
  const statuses: number[] = [];
  for (let n = 0; n < 51; n += 1)
    statuses.push((await signIn(api, 'something else', `user${n}@example.com`)).status);
  expect(statuses.indexOf(429)).toBe(50);
});

test('a success starts the count of the account again', async () => {
  await using api = await createTestApi(withAdmin);
  for (let round = 0; round < 2; round += 1) {
    for (let attempt = 0; attempt < 9; attempt += 1) await signIn(api, 'something else entirely');
    expect((await signIn(api)).status).toBe(201);
  }
});

test('a session ends after twelve hours without use, and after a week in any case', async () => {
  let now = Date.parse('2026-03-02T09:00:00Z');
  await using api = await createTestApi({ ...withAdmin, clock: () => new Date(now) });
  const user = browser(api, await signIn(api));
  const hours = 60 * 60 * 1000;
  for (let used = 0; used < 7 * 24 - 11; used += 11) {
    now += 11 * hours;
    expect((await user.get('/sessions/current')).status).toBe(used + 11 < 7 * 24 ? 200 : 401);
  }
  now += 11 * hours;
  expect((await user.get('/sessions/current')).status).toBe(401);

  const idle = browser(api, await signIn(api));
  now += 12 * hours + 1;
  expect((await idle.get('/sessions/current')).status).toBe(401);
});

test('signing out ends the session, and signing in again ends the one before', async () => {
  await using api = await createTestApi(withAdmin);
  const first = browser(api, await signIn(api));
  const again = await first.post('/sessions', { body: { email: EMAIL, password: PASSWORD } });
  expect((await first.get('/sessions/current')).status).toBe(401);
  const second = browser(api, again);
  const out = await second.delete('/sessions/current');
  expect(out.status).toBe(204);
  expect(String(out.headers['set-cookie'])).toContain('slipway_session=; ');
  expect((await second.get('/sessions/current')).status).toBe(401);
});

test('a change by cookie must come from our own pages', async () => {
  await using api = await createTestApi(withAdmin);
  const cookie = cookieOf(await signIn(api));
  const body = { identifier: 'acme', name: 'Acme' };
  const from = (headers: Record<string, string>) =>
    api.client({ cookie, ...headers }).post('/orgs', { body });
  expect((await from({ origin: 'https://evil.example' })).body.code).toBe('request.cross_site');
  expect((await from({ origin: 'null' })).body.code).toBe('request.cross_site');
  expect((await from({})).body.code).toBe('request.cross_site');
  expect((await from({ 'sec-fetch-site': 'cross-site' })).body.code).toBe('request.cross_site');
  expect((await from({ origin: 'http://localhost:7480', host: 'localhost:7480' })).status).toBe(201);
  const plain = await api
    .client({ cookie, origin: api.baseUrl })
    .post('/orgs', { raw: JSON.stringify(body), contentType: 'text/plain' });
  expect(plain.status).toBe(415);
});

test('another site cannot sign its visitors in', async () => {
  await using api = await createTestApi(withAdmin);
  const answer = await api
    .client({ origin: 'https://evil.example' })
    .post('/sessions', { body: { email: EMAIL, password: PASSWORD } });
  expect(answer.body.code).toBe('request.cross_site');
});

test('a link signs the administrator in once, who then sets password and address', async () => {
  await using api = await createTestApi();
  const installation = () => api.anonymous.get('/installation');
  expect((await installation()).body.bootstrapped).toBe(false);
  const token = await createSignInLink(api.api.database, new Date());
  const signedIn = await api.anonymous.post('/sessions/link', { body: { token } });
  expect(signedIn.status).toBe(201);
  expect(signedIn.body.mustSetPassword).toBe(true);
  expect((await api.anonymous.post('/sessions/link', { body: { token } })).body.code).toBe(
    'identity.link_spent',
  );

  const user = browser(api, signedIn);
  expect((await user.get('/orgs')).status).toBe(200);
  const weak = await user.put('/users/current/password', { body: { password: 'password1234' } });
  expect(weak.body).toMatchObject({ code: 'identity.password_weak', errors: [{ pointer: '/password' }] });
  const set = await user.put('/users/current/password', {
    body: { password: PASSWORD, email: EMAIL, name: 'Ada' },
  });
  expect(set.body).toMatchObject({ actor: { name: 'Ada', email: EMAIL }, mustSetPassword: false });
  expect((await user.get('/sessions/current')).status).toBe(401);
  expect((await browser(api, set).get('/sessions/current')).status).toBe(200);
  expect((await signIn(api)).status).toBe(201);
  expect((await installation()).body.bootstrapped).toBe(true);
});

test('of two that use a link at once, one signs in', async () => {
  await using api = await createTestApi();
  const token = await createSignInLink(api.api.database, new Date());
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => api.anonymous.post('/sessions/link', { body: { token } })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 410, 410, 410]);
});

test('a link runs out after a day', async () => {
  let now = Date.parse('2026-03-02T09:00:00Z');
  await using api = await createTestApi({ clock: () => new Date(now) });
  const token = await createSignInLink(api.api.database, new Date(now));
  now += 24 * 60 * 60 * 1000 + 1;
  expect((await api.anonymous.post('/sessions/link', { body: { token } })).status).toBe(410);
});

test('another password takes the current one, and ends the other sessions', async () => {
  await using api = await createTestApi(withAdmin);
  const [here, there] = [browser(api, await signIn(api)), browser(api, await signIn(api))];
  const next = 'ships arrive at dusk';
  expect((await here.put('/users/current/password', { body: { password: next } })).status).toBe(401);
  expect(
    (await here.put('/users/current/password', { body: { password: next, currentPassword: 'wrong' } }))
      .status,
  ).toBe(401);
  const changed = await here.put('/users/current/password', {
    body: { password: next, currentPassword: PASSWORD, email: 'eve@example.com' },
  });
  expect(changed.status).toBe(200);
  expect(changed.body.actor.email).toBe(EMAIL);
  expect((await there.get('/sessions/current')).status).toBe(401);
  expect((await signIn(api)).status).toBe(401);
  expect((await signIn(api, next)).status).toBe(201);
});

test('who forgot the password sets another after signing in by a link', async () => {
  await using api = await createTestApi(withAdmin);
  const token = await createSignInLink(api.api.database, new Date());
  const user = browser(api, await api.anonymous.post('/sessions/link', { body: { token } }));
  const next = 'ships arrive at dusk';
  const set = await user.put('/users/current/password', { body: { password: next } });
  expect([set.status, set.body.mustSetPassword]).toEqual([200, false]);
  expect((await signIn(api, next)).status).toBe(201);
  const again = await browser(api, set).put('/users/current/password', { body: { password: PASSWORD } });
  expect(again.status).toBe(401);
});

test('an API key has no password to set', async () => {
  await using api = await createTestApi();
  expect((await api.admin.put('/users/current/password', { body: { password: PASSWORD } })).status).toBe(403);
});

test('no secret of identity is stored as it is', async () => {
  await using api = await createTestApi(withAdmin);
  const session = cookieOf(await signIn(api)).split('=')[1] ?? '';
  const link = await createSignInLink(api.api.database, new Date());
  const key = await api.admin.post('/api-keys', { body: { name: 'ci', role: '_account_viewer' } });
  const secret = String(key.body.value).split('.')[2] ?? '';
  const tables = await api.api.database.pool.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  for (const { name } of tables.rows) {
    const { rows } = await api.api.database.pool.query<{ row: string }>(
      `select t::text as row from "${name}" t`,
    );
    const text = rows.map(({ row }) => row).join('\n');
    for (const canary of [session, link, secret, PASSWORD, api.adminKey])
      expect(text.includes(canary), name).toBe(false);
  }
});
