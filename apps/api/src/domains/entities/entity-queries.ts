import { scopeKey, visibleScopes } from '@slipway/contracts';
import type { EntityKind, Scope } from '@slipway/contracts';
import type { Prisma, Tx } from '../../platform/database.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { toEntity } from './entity-store.ts';
import type { EntityAddress, StoredEntity } from './entity.ts';
import type { EntityTarget } from './references.ts';

export interface EntityFilter {
  readonly kind: EntityKind;
  readonly scope: Scope;
  /** Only infrastructures of this environment. */
  readonly parent?: string | undefined;
  /** Also those of the scopes around. */
  readonly includeParents?: boolean | undefined;
  readonly search?: string | undefined;
  readonly type?: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly total: number;
  readonly nextCursor?: string;
}

const sortFields = ['name', 'identifier', 'type', 'updatedAt', 'createdAt'] as const;
const timeFields: ReadonlySet<string> = new Set(['updatedAt', 'createdAt']);

export async function listEntities(
  tx: Tx,
  filter: EntityFilter,
  request: PageRequest,
): Promise<Page<StoredEntity>> {
  const where = toWhere(filter);
  const sort = parseSort(request.sort, sortFields, { field: 'name', direction: 'asc' });
  const isTime = timeFields.has(sort.field);
  const query = keyset({
    sort,
    cursor: request.cursor,
    limit: request.limit,
    idField: 'id',
    ...(isTime ? { toColumn: (value) => new Date(value) } : {}),
  });
  const [rows, total] = await Promise.all([
    tx.entity.findMany({ ...query, where: { AND: [where, query.where] } }),
    tx.entity.count({ where }),
  ]);
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort,
    positionOf: (row) => ({ id: row.id, value: textOf(row[sort.field]) }),
    toItem: toEntity,
  });
}

const textOf = (value: string | Date): string => (value instanceof Date ? value.toISOString() : value);

function toWhere(filter: EntityFilter): Prisma.EntityWhereInput {
  const scopes = filter.includeParents ? visibleScopes(filter.scope) : [filter.scope];
  const contains =
    filter.search === undefined ? undefined : ({ contains: filter.search, mode: 'insensitive' } as const);
  return {
    kind: filter.kind,
    scopeKey: { in: scopes.map(scopeKey) },
    ...(filter.parent === undefined ? {} : { parent: filter.parent }),
    ...(filter.type === undefined ? {} : { type: filter.type }),
    ...(contains === undefined ? {} : { OR: [{ name: contains }, { identifier: contains }] }),
  };
}

/** Who refers to an entity or to a file, by name. */
export async function listReferrers(
  tx: Tx,
  target: EntityTarget,
  request: PageRequest,
): Promise<Page<StoredEntity>> {
  const sort = { field: 'id', direction: 'asc' } as const;
  const query = keyset({ sort, cursor: request.cursor, limit: request.limit, idField: 'id' });
  const where: Prisma.EntityWhereInput = {
    references: {
      some: {
        targetKind: target.kind,
        targetScopeKey: scopeKey(target.scope),
        targetParent: target.parent,
        targetIdentifier: target.identifier,
      },
    },
  };
  const [rows, total] = await Promise.all([
    tx.entity.findMany({ ...query, where: { AND: [where, query.where] } }),
    tx.entity.count({ where }),
  ]);
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort,
    positionOf: (row) => ({ value: row.id, id: row.id }),
    toItem: toEntity,
  });
}

/** What exists instead of a mistyped identifier, to propose: the first of them. */
export async function listIdentifiers(tx: Tx, place: Omit<EntityAddress, 'identifier'>): Promise<string[]> {
  const rows = await tx.entity.findMany({
    where: { kind: place.kind, scopeKey: scopeKey(place.scope), parent: place.parent },
    select: { identifier: true },
    orderBy: { identifier: 'asc' },
    take: 20,
  });
  return rows.map((row) => row.identifier);
}
