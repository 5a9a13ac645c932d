import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { createApiKeyOperations } from './api-key-operations.ts';
import { createAuthenticator } from './authenticator.ts';
import { registerIdentityRoutes } from './identity-routes.ts';
import { createSessionOperations } from './session-operations.ts';
import { createSignInLimit } from './sign-in-limit.ts';

export { bootstrap, createSignInLink } from './bootstrap.ts';
export { hashToken } from './tokens.ts';

export interface IdentityDeps {
  readonly database: Database;
  readonly https: boolean;
  readonly clock?: () => Date;
}

/** Who somebody is: sessions, passwords and API keys. */
export function createIdentity({ database, https, clock = () => new Date() }: IdentityDeps) {
  const authenticator = createAuthenticator(database, clock);
  const sessions = createSessionOperations({
    database,
    authenticator,
    limit: createSignInLimit(database, clock),
    clock,
  });
  const apiKeys = createApiKeyOperations({ database, clock });
  return {
    authenticator,
    routes: (app: FastifyInstance) => registerIdentityRoutes(app, { sessions, apiKeys, https }),
  };
}
