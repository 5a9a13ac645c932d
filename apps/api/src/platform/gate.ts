import type { RoutePermission, Scope } from '@slipway/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { failAbsentScope, requirePermission, requireSight } from './access.ts';
import type { Actor } from './access.ts';
import type { Database } from './database.ts';
import { fail } from './fail.ts';

/** How callers prove who they are. */
export interface Authenticator {
  readonly bySession: (token: string) => Promise<Actor | null>;
  readonly byApiKey: (key: string) => Promise<Actor | null>;
}

/** What the platform needs of the domains. */
export interface GateParts {
  readonly database: Database;
  readonly authenticator: Authenticator;
  /** Whether an organization or project exists; the account always does. */
  scopeExists(scope: Scope): Promise<boolean>;
  /** Where browsers reach the console; requests of a browser must come from there. */
  readonly baseUrl: string;
}

export interface Caller {
  readonly actor: Actor;
  readonly scope: Scope;
  readonly sessionToken: string | undefined;
}

export const SESSION_COOKIE = 'slipway_session';

const nobody: Actor = {
  type: 'system',
  id: 'anonymous',
  name: 'Somebody who is not signed in',
  assignments: [],
};
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Deny by default. A route without declared access does not boot, save those whose address `publicAddresses` lists; who calls, whether
 * the scope of the URL exists and whether they may do this there is settled before the body is read.
 */
export const gatePlugin = fp(
  async (app: FastifyInstance, options: { parts: GateParts; publicAddresses: readonly RegExp[] }) => {
    const { parts, publicAddresses } = options;
    app.decorate('parts', parts);
    app.decorateRequest('caller');
    app.addHook('onRoute', ({ url, config, method }) => {
      if (config?.access !== undefined || publicAddresses.some((pattern) => pattern.test(url))) return;
      throw new Error(
        `${String(method)} ${url} declares no permission. Register it by registerRoute() with a contract, or, when anybody may call it, list its address in publicAddresses of app.ts.`,
      );
    });
    app.addHook('onRequest', async (request) => {
      const access = request.routeOptions.config.access;
      if (access !== undefined) request.caller = await admit(parts, request, access);
    });
  },
  { name: 'gate', dependencies: ['@fastify/cookie'] },
);

async function admit(parts: GateParts, request: FastifyRequest, access: RoutePermission): Promise<Caller> {
  const scope = scopeOf(request.params);
  if (access === 'public') {
    if (!safeMethods.has(request.method)) refuseOtherSites(parts, request, { originRequired: false });
    return { actor: nobody, scope, sessionToken: request.cookies[SESSION_COOKIE] };
  }
  const { actor, sessionToken } = await authenticate(parts, request, access);
  requireSight(actor, scope);
  if (scope.level !== 'account' && !createsItsScope(request) && !(await parts.scopeExists(scope)))
    failAbsentScope(scope);
  if (access !== 'signed-in') requirePermission(actor, access, scope);
  return { actor, scope, sessionToken };
}

/** `PUT /orgs/x` and `PUT /orgs/x/projects/y` make the scope that their URL names. */
function createsItsScope(request: FastifyRequest): boolean {
  const operation = request.routeOptions.config.contract?.operationId;
  return operation === 'putOrganization' || operation === 'putProject';
}

async function authenticate(
  parts: GateParts,
  request: FastifyRequest,
  access: RoutePermission,
): Promise<{ actor: Actor; sessionToken: string | undefined }> {
  const key = request.headers['x-api-key'];
  if (key !== undefined) {
    const actor = typeof key === 'string' ? await parts.authenticator.byApiKey(key) : null;
    if (actor === null) fail('identity.unauthenticated', 'The API key is unknown, expired or revoked.');
    return { actor, sessionToken: undefined };
  }
  const sessionToken = request.cookies[SESSION_COOKIE];
  const actor = sessionToken === undefined ? null : await parts.authenticator.bySession(sessionToken);
  if (actor === null) {
    fail('identity.unauthenticated', 'This needs a signed-in user or an API key.', {
      hint: 'Sign in at the console, or send a key in the header x-api-key.',
    });
  }
  if (!safeMethods.has(request.method)) refuseOtherSites(parts, request, { originRequired: true });
  else if (!isReading(access)) refuseLinksOfOthers(request);
  return { actor, sessionToken };
}

function isReading(access: RoutePermission): boolean {
  return access === 'signed-in' || access.endsWith('_view');
}

/** A link on another page must not do what takes more than the right to look, such as making a token. */
function refuseLinksOfOthers(request: FastifyRequest): void {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  fail('request.cross_site', 'The request was made by a page of another site.');
}

/** Browsers send the cookie along with requests that other sites make; only `Origin` tells them apart. */
function refuseOtherSites(
  parts: GateParts,
  request: FastifyRequest,
  rule: { originRequired: boolean },
): void {
  const { origin, host } = request.headers;
  if (origin === undefined) {
    if (!rule.originRequired || request.headers['sec-fetch-site'] === 'same-origin') return;
    fail('request.cross_site', 'A change by session cookie must say its origin.', {
      hint: 'Programs use an API key in the header x-api-key instead of the cookie.',
    });
  }
  if (!isOwnOrigin(parts.baseUrl, origin, host)) {
    fail('request.cross_site', 'The request was made by a page of another site.', {
      hint: 'If this is the address of this installation, set SLIPWAY_BASE_URL to it.',
    });
  }
}

/** Whether a page of this origin is ours: the configured address, or the very host that it talks to. */
export function isOwnOrigin(baseUrl: string, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return origin === new URL(baseUrl).origin || new URL(origin).host === host;
}

/** What a scope's identifiers may be; anything else names no scope, and must not reach a query. */
const scopeName = /^[a-zA-Z_][0-9a-zA-Z_]{0,127}$/;

function scopeOf(params: unknown): Scope {
  // Fastify gives an object of texts to every route; which ones depends on the address.
  const { org, project } = (params ?? {}) as { org?: string; project?: string };
  if (org === undefined) return { level: 'account' };
  const scope: Scope = project === undefined ? { level: 'org', org } : { level: 'project', org, project };
  if (!scopeName.test(org) || (project !== undefined && !scopeName.test(project))) failAbsentScope(scope);
  return scope;
}

declare module 'fastify' {
  interface FastifyInstance {
    parts: GateParts;
  }
  interface FastifyRequest {
    caller: Caller;
  }
}
