import { ActorRefSchema, scopeKey } from '@slipway/contracts';
import type { AuditEventView, Scope } from '@slipway/contracts';
import { scopeFromKey, toScopeRef } from '../../platform/access.ts';
import type { Database, Prisma } from '../../platform/database.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';

export interface AuditRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
  readonly kind?: string | undefined;
  readonly identifier?: string | undefined;
}

type Row = Awaited<ReturnType<Database['prisma']['auditEvent']['findFirstOrThrow']>>;

/** What was changed in a scope and in those inside it. Ids are made in order of time, so that they sort by it. */
export async function listAuditEvents({ prisma }: Database, scope: Scope, request: AuditRequest) {
  const { direction } = parseSort(request.sort, ['at'], { field: 'at', direction: 'desc' });
  const sort = { field: 'id', direction } as const;
  const matching = matchingEvents(scope, request);
  const place = keyset({ sort, cursor: request.cursor, limit: request.limit, idField: 'id' });
  const [rows, total] = await Promise.all([
    prisma.auditEvent.findMany({
      where: { AND: [matching, place.where] },
      orderBy: place.orderBy,
      take: place.take,
    }),
    prisma.auditEvent.count({ where: matching }),
  ]);
  const positionOf = ({ id }: Row) => ({ value: id, id });
  return toPage({ rows, limit: request.limit, total, sort, positionOf, toItem: toView });
}

function matchingEvents(
  scope: Scope,
  { search, kind, identifier }: AuditRequest,
): Prisma.AuditEventWhereInput {
  const contains = search === undefined ? undefined : { contains: search, mode: 'insensitive' as const };
  return {
    AND: [
      inside(scope),
      kind === undefined ? {} : { kind },
      identifier === undefined ? {} : { identifier },
      contains === undefined ? {} : { OR: [{ identifier: contains }, { name: contains }] },
    ],
  };
}

function inside(scope: Scope): Prisma.AuditEventWhereInput {
  if (scope.level === 'account') return {};
  const here = { scopeKey: scopeKey(scope) };
  return scope.level === 'project'
    ? here
    : { OR: [here, { scopeKey: { startsWith: `project/${scope.org}/` } }] };
}

function toView(row: Row): AuditEventView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: ActorRefSchema.parse(row.actor),
    action: row.action,
    resource: {
      kind: row.kind,
      identifier: row.identifier,
      ...(row.name === null ? {} : { name: row.name }),
    },
    scope: toScopeRef(scopeFromKey(row.scopeKey)),
    ...(row.requestId === null ? {} : { requestId: row.requestId }),
    ...(row.before === null ? {} : { before: row.before }),
    ...(row.after === null ? {} : { after: row.after }),
  };
}
