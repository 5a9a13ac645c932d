import { connectionTestRoutes } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../../platform/database.ts';
import { registerRoute } from '../../platform/route.ts';
import {
  databaseLookup,
  getEntity,
  readBody,
  requireReferences,
  requireSecretAccess,
} from '../entities/index.ts';
import { connectorOf } from './connection-test-operations.ts';
import type { ConnectionTests } from './connection-test-operations.ts';

export interface ConnectionTestRoutesDeps {
  readonly database: Database;
  readonly connectionTests: ConnectionTests;
}

export function registerConnectionTestRoutes(
  app: FastifyInstance,
  { database, connectionTests }: ConnectionTestRoutesDeps,
): void {
  registerRoute(app, connectionTestRoutes.testDocument, async ({ rawBody, scope, actor }) => {
    const document = readBody(rawBody, 'connector');
    const lookup = databaseLookup(database.prisma);
    const targets = await requireReferences(database.prisma, lookup, { document, scope, parent: '' });
    requireSecretAccess(actor, targets);
    return connectionTests.test(connectorOf(document), scope);
  });

  registerRoute(app, connectionTestRoutes.testSaved, async ({ params, scope }) => {
    const entity = await getEntity(database.prisma, {
      kind: 'connector',
      scope,
      parent: '',
      identifier: params.identifier,
    });
    return connectionTests.testSaved(entity);
  });
}
