import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ProblemSchema, routeTable } from '@slipway/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi } from './harness.ts';
import type { TestApi } from './harness.ts';

let api: TestApi;
let webDir: string;

beforeAll(async () => {
  webDir = mkdtempSync(path.join(tmpdir(), 'slipway-web-'));
  mkdirSync(path.join(webDir, 'assets'));
  writeFileSync(path.join(webDir, 'index.html'), '<!doctype html><title>Console</title>');
  writeFileSync(path.join(webDir, 'assets/main-a1b2.js'), 'export {};');
  writeFileSync(path.join(webDir, 'assets/inter.woff2'), 'a font');
  writeFileSync(path.join(webDir, '.secret'), 'not for anybody');
  api = await createTestApi({ environment: { SLIPWAY_WEB_DIR: webDir } });
});
afterAll(async () => {
  await api?.close();
  rmSync(webDir, { recursive: true, force: true });
});

describe('problems', () => {
  test('name the code, the request and what is wrong where', async () => {
    const answer = await api.admin.post('/orgs', { body: { identifier: '1st', name: 'First', extra: true } });
    expect(answer.status).toBe(422);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = ProblemSchema.parse(answer.body);
    expect(problem).toMatchObject({
      type: '/docs/errors#request.invalid',
      code: 'request.invalid',
      instance: answer.headers['x-request-id'],
    });
    expect(problem.errors?.map(({ pointer }) => pointer)).toContain('/identifier');
    expect(problem.errors?.some(({ message }) => message.includes('extra'))).toBe(true);
  });

  test('of a query name the parameter', async () => {
    const answer = await api.admin.get('/orgs?limit=1000');
    expect(answer.body).toMatchObject({ code: 'request.invalid', errors: [{ pointer: 'limit' }] });
  });

  test.each([
    ['an unknown address', 'GET', '/nowhere', {}, 404, 'route.not_found'],
    ['an unknown address outside the API', 'GET', '/api/nowhere', {}, 404, 'route.not_found'],
    ['a method that an address does not have', 'DELETE', '/orgs', {}, 404, 'route.not_found'],
    [
      'broken JSON',
      'POST',
      '/orgs',
      { raw: '{"identifier":', contentType: 'application/json' },
      400,
      'request.malformed',
    ],
    [
      'JSON with bytes that are no UTF-8',
      'POST',
      '/orgs',
      { raw: Buffer.from([0x22, 0xff, 0x22]), contentType: 'application/json' },
      400,
      'request.malformed',
    ],
    [
      'JSON with a NUL',
      'POST',
      '/orgs',
      { raw: '{"identifier":"a","name":"a\\u0000"}', contentType: 'application/json' },
      400,
      'request.malformed',
    ],
    [
      'a form',
      'POST',
      '/orgs',
      { raw: 'a=b', contentType: 'application/x-www-form-urlencoded' },
      415,
      'request.unsupported_media_type',
    ],
    ['YAML where JSON is taken', 'POST', '/orgs', { raw: 'a: b' }, 415, 'request.unsupported_media_type'],
    [
      'text where a document is taken',
      'POST',
      '/connectors',
      { raw: 'a: b', contentType: 'text/plain' },
      415,
      'request.unsupported_media_type',
    ],
    ['no body where one is needed', 'POST', '/orgs', {}, 422, 'request.invalid'],
    ['no document where one is needed', 'POST', '/connectors', {}, 400, 'request.malformed'],
    [
      'a body of more than a mebibyte',
      'POST',
      '/orgs',
      { body: { name: 'x'.repeat(1_100_000) } },
      413,
      'request.too_large',
    ],
    ['a cursor of nowhere', 'GET', '/orgs?cursor=nonsense', {}, 400, 'cursor.invalid'],
    ['an order that does not exist', 'GET', '/orgs?sort=-password', {}, 422, 'request.invalid'],
    ['a NUL in a query', 'GET', '/orgs?search=%00', {}, 400, 'request.malformed'],
    ['an escape that is none', 'GET', '/orgs/%zz', {}, 400, 'request.malformed'],
    ['a scope with a strange name', 'GET', '/orgs/%27%3B--/projects', {}, 404, 'entity.not_found'],
    [
      'an If-Match that is no version',
      'PUT',
      '/orgs/default',
      { body: { identifier: 'default', name: 'D' }, headers: { 'if-match': '"x"' } },
      400,
      'request.malformed',
    ],
  ])('%s', async (_, method, address, options, status, code) => {
    const answer = await api.admin.request(method, address, options);
    expect([answer.status, answer.body?.code]).toEqual([status, code]);
    expect(ProblemSchema.safeParse(answer.body).success).toBe(true);
  });

  test('a body is not read before it is known who sends it', async () => {
    const answer = await api.anonymous.post('/orgs', { raw: '{broken', contentType: 'application/json' });
    expect(answer.status).toBe(401);
  });

  test('a key called __proto__ changes nothing', async () => {
    const raw = '{"identifier":"protected","name":"P","__proto__":{"description":"x"}}';
    const answer = await api.admin.post('/orgs', { raw, contentType: 'application/json' });
    expect(answer.status).toBe(201);
    expect(answer.body.description).toBeUndefined();
  });
});

describe('request ids', () => {
  test('of the caller are kept when they are sane', async () => {
    const kept = await api.anonymous.get('/installation', { headers: { 'x-request-id': 'build-42.deploy' } });
    expect(kept.headers['x-request-id']).toBe('build-42.deploy');
    const replaced = await api.anonymous.get('/installation', {
      headers: { 'x-request-id': 'a\tb <script>' },
    });
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('stand in the trail', async () => {
    await api.admin.post('/orgs', {
      body: { identifier: 'traced', name: 'Traced' },
      headers: { 'x-request-id': 'trace-me-1' },
    });
    const trail = await api.admin.get('/audit-events?identifier=traced');
    expect(trail.body.items[0]).toMatchObject({
      requestId: 'trace-me-1',
      action: 'CREATE',
      actor: { type: 'api-key' },
    });
  });
});

describe('browsers', () => {
  test('are told to refuse scripts of others, frames and sniffing', async () => {
    const { headers } = await api.anonymous.get('/api/../healthz');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  test('keep answers of the API nowhere', async () => {
    expect((await api.admin.get('/orgs')).headers['cache-control']).toBe('no-store');
    expect((await api.anonymous.get('/orgs')).headers['cache-control']).toBe('no-store');
  });

  const page = { headers: { accept: 'text/html,application/xhtml+xml' } };
  const fetchPage = (url: string, options = page) => api.app.inject({ url, ...options });

  test('get the console at every address of its own', async () => {
    for (const url of ['/', '/sign-in', '/orgs/default/projects/default/pipelines']) {
      const answer = await fetchPage(url);
      expect([answer.statusCode, answer.headers['cache-control']]).toEqual([200, 'no-cache']);
      expect(answer.body).toContain('<title>Console</title>');
    }
  });

  test('keep files with a hash in their name for ever', async () => {
    const answer = await fetchPage('/assets/main-a1b2.js');
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await fetchPage('/assets/gone-0000.js')).statusCode).toBe(404);
  });

  test('get scripts compressed when they take that', async () => {
    const ask = (encoding: string) =>
      api.app.inject({ url: '/assets/main-a1b2.js', headers: { 'accept-encoding': encoding } });
    const packed = await ask('gzip, deflate, br');
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(gunzipSync(packed.rawPayload).toString()).toBe('export {};');
    const plain = await ask('identity');
    expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, 'export {};']);
    expect((await ask('gzip;q=0')).body).toBe('export {};');
    const font = await api.app.inject({ url: '/assets/inter.woff2', headers: { 'accept-encoding': 'gzip' } });
    expect([font.headers['content-encoding'], font.statusCode]).toEqual([undefined, 200]);
  });

  test('get no file from elsewhere', async () => {
    for (const url of [
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/.secret',
    ]) {
      expect((await api.app.inject({ url })).statusCode, url).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('documents', () => {
  test('OpenAPI describes every operation of the table', async () => {
    const answer = await api.anonymous.get('/openapi.json');
    expect(answer.body.openapi).toBe('3.1.0');
    const operations = Object.values(
      answer.body.paths as Record<string, Record<string, { operationId: string }>>,
    ).flatMap((item) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const served = routeTable.filter(({ path: address, method }) =>
      api.app.hasRoute({ method, url: `/api/v1${address}` }),
    );
    const missing = served.filter(({ operationId, scope }) => scope !== 'P' && !ids.includes(operationId));
    expect(missing).toEqual([]);
  });

  test('OpenAPI refers to nothing that is not in it', async () => {
    const { body, text } = await api.anonymous.get('/openapi.json');
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !(name in body.components.schemas))).toEqual([]);
  });

  test('OpenAPI shows what a document looks like, and problems', async () => {
    const { body } = await api.anonymous.get('/openapi.json');
    const create = body.paths['/api/v1/connectors'].post;
    expect(create.requestBody.content['application/yaml'].example).toContain('type: K8sCluster');
    expect(create.responses.default.content['application/problem+json'].schema.$ref).toBe(
      '#/components/schemas/Problem',
    );
    const headersOf = (operation: { parameters: { in: string; name: string }[] }) =>
      operation.parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name);
    expect(headersOf(body.paths['/api/v1/connectors/{identifier}'].put)).toEqual(['if-match']);
    const runs = '/api/v1/orgs/{org}/projects/{project}/pipelines/{identifier}/executions';
    expect(headersOf(body.paths[runs].post)).toEqual(['idempotency-key']);
    expect(Object.keys(body.paths['/api/v1/files/{path}'].get.responses['200'].content)).toEqual([
      'application/octet-stream',
    ]);
    expect(Object.keys(body.paths['/api/v1/services/{identifier}'].get.responses['200'].content)).toEqual([
      'application/json',
      'application/yaml',
    ]);
    expect(create.security).toEqual([{ apiKey: [] }, { session: [] }]);
  });

  test('there are pages for people, without a script in them', async () => {
    const docs = await api.app.inject({ url: '/api/docs/' });
    expect(docs.statusCode).toBe(200);
    expect(docs.body).not.toMatch(/<script(?![^>]*\ssrc=)/);
    for (const file of ['swagger-ui-bundle.js', 'swagger-initializer.js', 'swagger-ui.css']) {
      expect((await api.app.inject({ url: `/api/docs/static/${file}` })).statusCode, file).toBe(200);
    }
    const errors = await api.app.inject({ url: '/docs/errors' });
    expect(errors.body).toContain('id="entity.not_found"');
  });

  test('health and readiness answer', async () => {
    expect((await api.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
    expect((await api.app.inject({ url: '/readyz' })).json()).toEqual({ status: 'ready' });
  });
});
