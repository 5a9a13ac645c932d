import type { Scope } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
export { readScopeNames } from './scope-names.ts';
export type { ScopeNames } from './scope-names.ts';
import { createScopeOperations } from './scope-operations.ts';
import { scopeExists } from './scope-queries.ts';
import { registerScopeRoutes } from './scope-routes.ts';

/** Organizations and projects. */
export function createScopes(database: Database) {
  const operations = createScopeOperations(database);
  return {
    exists: (scope: Scope) => scopeExists(database, scope),
    routes: (app: FastifyInstance) => registerScopeRoutes(app, { database, operations }),
  };
}
