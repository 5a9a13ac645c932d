import { releaseRoutes, releaseStatuses, scopeKey } from '@slipway/contracts';
import type { ReleaseView, Scope } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import type { Database, Prisma, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { registerRoute } from '../../platform/route.ts';
import { findEntity } from '../entities/index.ts';

export function registerReleaseRoutes(
  app: FastifyInstance,
  { database }: { readonly database: Database },
): void {
  registerRoute(app, releaseRoutes.list, async ({ params, query, scope }) =>
    listReleases(database.prisma, scope, params.identifier, query),
  );
}

interface ReleaseQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
  readonly search?: string | undefined;
  readonly environment?: string | undefined;
  readonly infrastructure?: string | undefined;
}

async function listReleases(tx: Tx, scope: Scope, service: string, query: ReleaseQuery) {
  const entity = await findEntity(tx, { kind: 'service', scope, parent: '', identifier: service });
  const { environment, infrastructure, search } = query;
  const where: Prisma.ReleaseWhereInput = {
    scopeKey: scopeKey(scope),
    service,
    ...(environment === undefined ? {} : { environment }),
    ...(infrastructure === undefined ? {} : { infrastructure }),
    ...(search === undefined ? {} : { name: { contains: search, mode: 'insensitive' } }),
  };
  const sort = parseSort(query.sort, ['createdAt'], { field: 'createdAt', direction: 'desc' });
  const page = keyset({
    sort,
    cursor: query.cursor,
    limit: query.limit,
    idField: 'executionId',
    toColumn: (value) => new Date(value),
  });
  const [rows, total] = await Promise.all([
    tx.release.findMany({ ...page, where: { AND: [where, page.where] } }),
    tx.release.count({ where }),
  ]);
  // A service that was deleted keeps its releases; one that never was has none.
  if (entity === null && total === 0) fail('entity.not_found', `There is no service ${service} here.`);
  return toPage({
    rows,
    limit: query.limit,
    total,
    sort,
    positionOf: (row) => ({ value: row.createdAt.toISOString(), id: row.executionId }),
    toItem: toView,
  });
}

type ReleaseRow = Awaited<ReturnType<Tx['release']['findFirstOrThrow']>>;

function toView(row: ReleaseRow): ReleaseView {
  return {
    name: row.name,
    number: row.number,
    status: releaseStatuses.find((status) => status === row.status) ?? 'failed',
    service: row.service,
    environment: row.environment,
    infrastructure: row.infrastructure,
    namespace: row.namespace,
    executionId: row.executionId,
    node: row.node,
    createdAt: row.createdAt.toISOString(),
    ...(row.endedAt === null ? {} : { endedAt: row.endedAt.toISOString() }),
    // Written by release-store.ts from the protocol's schema.
    inventory: row.inventory as ReleaseView['inventory'],
    images: row.images,
  };
}
