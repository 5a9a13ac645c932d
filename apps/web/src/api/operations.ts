import type {
  applyRoutes,
  connectionTestRoutes,
  delegateRoutes,
  executionRoutes,
  fileRoutes,
  identityRoutes,
  releaseRoutes,
  RouteContract,
  scopeRoutes,
  systemRoutes,
} from '@slipway/contracts';
import type { z } from 'zod';
import type { ProjectRef } from '../paths.ts';
import { sendForJson, sendForText } from './request.ts';
import type { RequestOptions } from './request.ts';

/** The contracts by group. Types only: their schemas stay out of the first load. */
interface Contracts {
  identity: typeof identityRoutes;
  scopes: typeof scopeRoutes;
  apply: typeof applyRoutes;
  connectionTests: typeof connectionTestRoutes;
  files: typeof fileRoutes;
  executions: typeof executionRoutes;
  releases: typeof releaseRoutes;
  delegates: typeof delegateRoutes;
  system: typeof systemRoutes;
}

type Address<Route> = Route extends {
  scope: infer S extends string;
  method: infer M extends string;
  path: infer P extends string;
}
  ? `${S} ${M} ${P}`
  : never;
type Addresses = {
  [Group in keyof Contracts]: { [Name in keyof Contracts[Group]]?: Address<Contracts[Group][Name]> };
};

/** Scope, method and path of what the console calls; the compiler holds each to its contract. */
export const operations = {
  identity: {
    signIn: 'root POST /sessions',
    signInByLink: 'root POST /sessions/link',
    session: 'root GET /sessions/current',
    signOut: 'root DELETE /sessions/current',
    setPassword: 'root PUT /users/current/password',
  },
  scopes: {
    listOrgs: 'root GET /orgs',
    listProjects: 'root GET /orgs/:org/projects',
    createProject: 'root POST /orgs/:org/projects',
    getProject: 'root GET /orgs/:org/projects/:project',
  },
  apply: {},
  connectionTests: {
    testDocument: 'S POST /connectors/test',
    testSaved: 'S POST /connectors/:identifier/test',
  },
  files: {
    list: 'S GET /files',
    get: 'S GET /files/*',
    put: 'S PUT /files/*',
    remove: 'S DELETE /files/*',
  },
  executions: {
    start: 'P POST /pipelines/:identifier/executions',
    list: 'P GET /executions',
    get: 'P GET /executions/:executionId',
    logs: 'P GET /executions/:executionId/logs',
    yaml: 'P GET /executions/:executionId/yaml',
    interrupt: 'P POST /executions/:executionId/interrupts',
  },
  releases: { list: 'S GET /services/:identifier/releases' },
  delegates: {
    list: 'S GET /delegates',
    get: 'S GET /delegates/:name',
    remove: 'S DELETE /delegates/:name',
    install: 'S GET /delegates/install',
    listTokens: 'S GET /delegate-tokens',
    createToken: 'S POST /delegate-tokens',
    revokeToken: 'S POST /delegate-tokens/:name/revoke',
    removeToken: 'S DELETE /delegate-tokens/:name',
  },
  system: { info: 'root GET /installation', sandbox: 'root GET /sandbox' },
} as const satisfies Addresses;

type Operations = typeof operations;
type Contract<
  Group extends keyof Operations,
  Name extends keyof Operations[Group],
> = Name extends keyof Contracts[Group] ? Contracts[Group][Name] : never;
type Answer<Route> = Route extends { responses: { 200: infer Ok extends z.ZodType } }
  ? z.output<Ok>
  : Route extends { responses: { 201: infer Made extends z.ZodType } }
    ? z.output<Made>
    : void;
type Query<Route> = Route extends { query: infer Q extends z.ZodType } ? Partial<z.input<Q>> : never;
type Body<Route> = Route extends { body: infer B extends z.ZodType } ? z.input<B> : never;

/** Account, organization or project: what the prefix of the address says. */
export type ScopeRef = Partial<ProjectRef>;

export interface CallOptions<Route = RouteContract> extends Omit<RequestOptions, 'json' | 'query'> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query<Route>;
  readonly body?: Body<Route>;
}

export function scopePrefix(scope: ScopeRef): string {
  const org = scope.org === undefined ? '' : `/orgs/${encodeURIComponent(scope.org)}`;
  const project = scope.project === undefined ? '' : `/projects/${encodeURIComponent(scope.project)}`;
  return `/api/v1${org}${project}`;
}

/** Puts parameters into a path: `:name` as one segment, `*` with its slashes. */
export function fillPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path
    .replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
    .replace('*', () => (params['*'] ?? '').split('/').map(encodeURIComponent).join('/'));
}

function locate(
  address: string,
  scope: ScopeRef,
  params?: Readonly<Record<string, string>>,
): { method: string; path: string } {
  const [level = '', method = 'GET', path = ''] = address.split(' ');
  return { method, path: `${scopePrefix(level === 'root' ? {} : scope)}${fillPath(path, params)}` };
}

function optionsOf<Route>({ params: _, body, ...rest }: CallOptions<Route>): RequestOptions {
  return { ...rest, ...(body === undefined ? {} : { json: body }) };
}

/** Calls an operation and gives its answer, typed by its contract. */
export function call<Group extends keyof Operations, Name extends keyof Operations[Group] & string>(
  group: Group,
  name: Name,
  scope: ScopeRef,
  options: CallOptions<Contract<Group, Name>> = {},
): Promise<Answer<Contract<Group, Name>>> {
  // Every value of the table is an address.
  const { method, path } = locate(operations[group][name] as string, scope, options.params);
  return sendForJson(method, path, optionsOf(options));
}

/** The same for operations that answer with text: logs, YAML, files, install documents. */
export function callForText<Group extends keyof Operations, Name extends keyof Operations[Group] & string>(
  group: Group,
  name: Name,
  scope: ScopeRef,
  options: CallOptions<Contract<Group, Name>> = {},
): Promise<string> {
  // Every value of the table is an address.
  const { method, path } = locate(operations[group][name] as string, scope, options.params);
  return sendForText(method, path, { accept: 'text/plain', ...optionsOf(options) });
}
