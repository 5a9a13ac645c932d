import { identityRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import { SESSION_COOKIE } from '../../platform/gate.ts';
import { registerRoute } from '../../platform/route.ts';
import type { ApiKeyOperations } from './api-key-operations.ts';
import type { SessionOperations, SignedIn } from './session-operations.ts';
import { SESSION_LIFETIME_MS } from './tokens.ts';

export interface IdentityRoutesDeps {
  readonly sessions: SessionOperations;
  readonly apiKeys: ApiKeyOperations;
  /** Cookies are `Secure` when browsers come by https. */
  readonly https: boolean;
}

export function registerIdentityRoutes(
  app: FastifyInstance,
  { sessions, apiKeys, https }: IdentityRoutesDeps,
): void {
  const cookie = (token: string, maxAgeMs: number) => ({
    'set-cookie': `${SESSION_COOKIE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeMs / 1000}${https ? '; Secure' : ''}`,
  });
  const begun = ({ token, view }: SignedIn) => ({ body: view, headers: cookie(token, SESSION_LIFETIME_MS) });

  registerRoute(app, identityRoutes.signIn, async (request) =>
    begun(await sessions.signIn(request.body, request)),
  );
  registerRoute(app, identityRoutes.signInByLink, async (request) =>
    begun(await sessions.signInByLink(request.body.token, request)),
  );
  registerRoute(app, identityRoutes.session, ({ actor }) => sessions.view(actor));
  registerRoute(app, identityRoutes.signOut, async (request) => {
    await sessions.signOut(request.actor, request);
    return { body: undefined, headers: cookie('', 0) };
  });
  registerRoute(app, identityRoutes.setPassword, async (request) =>
    begun(await sessions.setPassword(request.actor, request.body, request)),
  );

  registerRoute(app, identityRoutes.listKeys, ({ scope, query }) => apiKeys.list(scope, query));
  registerRoute(app, identityRoutes.createKey, ({ scope, body, actor, requestId }) =>
    apiKeys.create(scope, body, { actor, requestId }),
  );
  registerRoute(app, identityRoutes.revokeKey, ({ scope, params, actor, requestId }) =>
    apiKeys.revoke(scope, params.id, { actor, requestId }),
  );
}
