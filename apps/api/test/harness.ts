import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { BuiltInRole, Scope } from '@slipway/contracts';
import { testDatabase } from '@slipway/testing';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { composeApi } from '../src/compose.ts';
import type { Api } from '../src/compose.ts';
import { readConfig } from '../src/platform/config.ts';
import type { Config } from '../src/platform/config.ts';
import { migrateJobs } from '../src/platform/jobs.ts';
import { createLogger } from '../src/platform/log.ts';

/** An answer with its JSON body, if it has one. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  readonly text: string;
  /** `undefined` when the body is not JSON. */
  // Tests name the fields they look at, and fail where one is missing.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** Sent as it is, with `contentType` (application/yaml by default). */
  readonly raw?: string | Buffer;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks to the API as one caller; paths are below `/api/v1`. */
export interface TestClient {
  get(path: string, options?: RequestOptions): Promise<TestAnswer>;
  post(path: string, options?: RequestOptions): Promise<TestAnswer>;
  put(path: string, options?: RequestOptions): Promise<TestAnswer>;
  delete(path: string, options?: RequestOptions): Promise<TestAnswer>;
  request(method: string, path: string, options?: RequestOptions): Promise<TestAnswer>;
}

export interface TestApi extends AsyncDisposable {
  readonly api: Api;
  readonly app: FastifyInstance;
  readonly databaseUrl: string;
  /** For a second replica on the same database. */
  readonly config: Config;
  readonly baseUrl: string;
  /** The account administrator, by the bootstrap API key. */
  readonly admin: TestClient;
  readonly adminKey: string;
  /** Without credentials. */
  readonly anonymous: TestClient;
  /** A caller with these fixed headers. */
  client(headers: Readonly<Record<string, string>>): TestClient;
  /** A caller with a new API key of this role at this scope. */
  withRole(role: BuiltInRole, scope: Scope): Promise<TestClient>;
  /** Opens a port for what needs a real connection; returns the address. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  /** Environment variables on top of the defaults. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: () => Date;
  readonly liveRecheckMs?: number;
}

const BASE_URL = 'http://slipway.test';

/** The whole API on a database of its own, first start done. Close it, or use `await using`. */
export async function createTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const testDb = await testDatabase();
  await migrateJobs(testDb.url);
  const adminKey = `test-${randomBytes(16).toString('hex')}`;
  const config = readConfig({
    DATABASE_URL: testDb.url,
    SLIPWAY_BASE_URL: BASE_URL,
    SLIPWAY_MASTER_KEY: randomBytes(32).toString('base64'),
    SLIPWAY_BOOTSTRAP_API_KEY: adminKey,
    SLIPWAY_LOG_LEVEL: process.env['SLIPWAY_TEST_LOG_LEVEL'] ?? 'silent',
    ...options.environment,
  });
  const api = await composeApi({
    config,
    log: createLogger(config, 'api'),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.liveRecheckMs === undefined ? {} : { liveRecheckMs: options.liveRecheckMs }),
  });
  await api.app.ready();
  const client = (headers: Readonly<Record<string, string>>) => createClient(api.app, headers);
  const admin = client({ 'x-api-key': adminKey });
  const close = async (): Promise<void> => {
    await api.close();
    await testDb.drop();
  };
  return {
    api,
    app: api.app,
    databaseUrl: testDb.url,
    config,
    baseUrl: BASE_URL,
    admin,
    adminKey,
    anonymous: client({}),
    client,
    async withRole(role, scope) {
      const answer = await admin.post(`${scopePath(scope)}/api-keys`, { body: { name: role, role } });
      if (answer.status !== 201) throw new Error(`no key with ${role}: ${answer.text}`);
      return client({ 'x-api-key': String(answer.body.value) });
    },
    async listen() {
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      // Listening on a port, the address is an object.
      return `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The path of a scope below `/api/v1`. */
export function scopePath(scope: Scope): string {
  if (scope.level === 'account') return '';
  return scope.level === 'org' ? `/orgs/${scope.org}` : `/orgs/${scope.org}/projects/${scope.project}`;
}

/** The project that every first start makes. */
export const defaultProject = { level: 'project', org: 'default', project: 'default' } as const;

function createClient(app: FastifyInstance, fixed: Readonly<Record<string, string>>): TestClient {
  const request: TestClient['request'] = async (method, path, options = {}) => {
    const contentType =
      options.contentType ?? (options.raw === undefined ? 'application/json' : 'application/yaml');
    const payload = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    const answer = await app.inject({
      // Methods come from the calls below and from the route table.
      method: method as 'GET',
      url: path.startsWith('/api/') || !path.startsWith('/') ? path : `/api/v1${path}`,
      headers: {
        ...fixed,
        ...(payload === undefined ? {} : { 'content-type': contentType }),
        ...options.headers,
      },
      ...(payload === undefined ? {} : { payload }),
    });
    const isJson = /^application\/([\w.-]+\+)?json\b/.test(answer.headers['content-type'] ?? '');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: isJson && answer.body !== '' ? answer.json() : undefined,
    };
  };
  return {
    request,
    get: (path, options) => request('GET', path, options),
    post: (path, options) => request('POST', path, options),
    put: (path, options) => request('PUT', path, options),
    delete: (path, options) => request('DELETE', path, options),
  };
}
