import { routeTable, scopePrefixes } from '@slipway/contracts';
import type { RouteContract, Scope } from '@slipway/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi } from './harness.ts';
import type { TestAnswer, TestApi, TestClient } from './harness.ts';

/** One route at one of its scopes, with an address that is well formed and names nothing. */
interface Endpoint {
  readonly contract: RouteContract;
  readonly pattern: string;
  readonly path: string;
  readonly scope: Scope;
}

const shop: Scope = { level: 'project', org: 'acme', project: 'shop' };
const elsewhere: Scope = { level: 'project', org: 'other', project: 'other' };
const values: Readonly<Record<string, string>> = {
  org: 'acme',
  project: 'shop',
  executionId: '019503f2-6f0e-7cc3-98c4-dc0c0c07398f',
};

const endpoints: readonly Endpoint[] = routeTable
  .flatMap((contract) => scopePrefixes[contract.scope].map((prefix) => toEndpoint(contract, prefix)))
  // What deletes the scopes that the others need comes last.
  .toSorted((a, b) => Number(deletesScope(a)) - Number(deletesScope(b)));

function toEndpoint(contract: RouteContract, prefix: string): Endpoint {
  const pattern = `${prefix}${contract.path}`;
  const path = pattern
    .replaceAll(/:(\w+)/g, (_, name: string) => values[name] ?? 'nothing')
    .replace('*', 'nothing.yaml');
  const org = pattern.includes(':org');
  const scope: Scope = pattern.includes(':project')
    ? shop
    : org
      ? { level: 'org', org: 'acme' }
      : { level: 'account' };
  return { contract, pattern, path, scope };
}

function deletesScope({ contract }: Endpoint): boolean {
  return contract.tag === 'scopes' && contract.method === 'DELETE';
}

let api: TestApi;

beforeAll(async () => {
  api = await createTestApi();
  for (const org of ['acme', 'other'])
    await api.admin.post('/orgs', { body: { identifier: org, name: org } });
  await api.admin.post('/orgs/acme/projects', { body: { identifier: 'shop', name: 'Shop' } });
  await api.admin.post('/orgs/other/projects', { body: { identifier: 'other', name: 'Other' } });
});
afterAll(() => api?.close());

/** Calls every endpoint and lists those whose answer is not as it should be. */
async function faults(
  caller: TestClient,
  chosen: readonly Endpoint[],
  isRight: (answer: TestAnswer) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  for (const { contract, pattern, path } of chosen) {
    // Named by the test below.
    if (!isServed(contract, pattern)) continue;
    const answer = await caller.request(contract.method, path, bodyOf(contract));
    const code = String(answer.body?.code ?? '');
    if (!isRight(answer)) found.push(`${contract.method} ${path}: ${answer.status} ${code}`);
  }
  return found;
}

function isServed({ method }: RouteContract, url: string): boolean {
  return api.app.hasRoute({ method, url });
}

/** Nothing that any route would take, so that no call does something. */
function bodyOf(contract: RouteContract): { raw: string; contentType: string } | undefined {
  if (contract.rawBody !== undefined) return { raw: '[]', contentType: 'application/yaml' };
  return contract.body === undefined ? undefined : { raw: '[]', contentType: 'application/json' };
}

const guarded = endpoints.filter(({ contract }) => contract.permission !== 'public');
const permitted = guarded.filter(({ contract }) => contract.permission !== 'signed-in');
const isUnauthenticated = ({ status, body }: TestAnswer): boolean =>
  status === 401 && body?.code === 'identity.unauthenticated';

test('every operation has an id of its own', () => {
  const ids = routeTable.map(({ operationId }) => operationId);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
});

test('every route of the table is served', () => {
  const absent = endpoints.filter(({ contract, pattern }) => !isServed(contract, pattern));
  expect(absent.map(({ contract, path }) => `${contract.method} ${path}`)).toEqual([]);
});

test('without credentials every guarded route answers 401', async () => {
  expect(await faults(api.anonymous, guarded, isUnauthenticated)).toEqual([]);
});

test('with a key that does not exist every guarded route answers 401', async () => {
  const wrong = api.client({ 'x-api-key': `slw.aaaaaaaaaaaa.${'A'.repeat(43)}` });
  expect(await faults(wrong, guarded, isUnauthenticated)).toEqual([]);
});

test('with a session that does not exist every guarded route answers 401', async () => {
  const wrong = api.client({ cookie: `slipway_session=${'A'.repeat(43)}`, origin: api.baseUrl });
  expect(await faults(wrong, guarded, isUnauthenticated)).toEqual([]);
});

test('a role in another project opens nothing, and does not tell what exists', async () => {
  const stranger = await api.withRole('_project_admin', elsewhere);
  const inAccount = permitted.filter(({ scope }) => scope.level === 'account');
  expect(await faults(stranger, inAccount, ({ status }) => status === 403)).toEqual([]);
  const inScopes = guarded.filter(({ scope }) => scope.level !== 'account');
  const absent = ({ status, body }: TestAnswer): boolean =>
    status === 404 && body?.code === 'entity.not_found';
  expect(await faults(stranger, inScopes, absent)).toEqual([]);
});

test('a viewer reads its project and changes nothing', async () => {
  const viewer = await api.withRole('_project_viewer', shop);
  const changing = permitted.filter(({ contract }) => !contract.permission.endsWith('_view'));
  expect(await faults(viewer, changing, ({ status }) => status === 403)).toEqual([]);
  const reading = permitted.filter(
    ({ contract, scope }) =>
      scope.level === 'project' &&
      contract.permission.endsWith('_view') &&
      !/(audit|serviceaccount)/.test(contract.permission),
  );
  expect(await faults(viewer, reading, ({ status }) => status !== 401 && status !== 403)).toEqual([]);
});

test('with enough rights no route is refused, and none fails', async () => {
  expect(
    await faults(api.admin, endpoints, ({ status }) => status !== 401 && status !== 403 && status < 500),
  ).toEqual([]);
});
