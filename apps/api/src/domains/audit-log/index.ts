import { systemRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { registerRoute } from '../../platform/route.ts';
import { listAuditEvents } from './audit-queries.ts';

/** Reading the trail; `platform/audit.ts` writes it. */
export function createAuditLog(database: Database) {
  return {
    routes: (app: FastifyInstance) =>
      registerRoute(app, systemRoutes.audit, ({ scope, query }) => listAuditEvents(database, scope, query)),
  };
}
