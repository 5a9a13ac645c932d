import { scopeKey } from '@slipway/contracts';
import type { OrganizationView, ProjectView, Scope } from '@slipway/contracts';
import type { Actor } from '../../platform/access.ts';
import type { Database, Prisma } from '../../platform/database.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';

export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
}

interface Row {
  identifier: string;
  name: string;
  description: string | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const sortFields = ['name', 'identifier', 'createdAt', 'updatedAt'] as const;

export async function scopeExists({ prisma }: Database, scope: Scope): Promise<boolean> {
  if (scope.level === 'account') return true;
  const found =
    scope.level === 'org'
      ? await prisma.organization.findUnique({
          where: { identifier: scope.org },
          select: { identifier: true },
        })
      : await prisma.project.findUnique({
          where: { org_identifier: { org: scope.org, identifier: scope.project } },
          select: { identifier: true },
        });
  return found !== null;
}

/** Those the actor has a role in, around or inside. */
export async function listOrganizations({ prisma }: Database, actor: Actor, request: ListRequest) {
  const named = actor.assignments.map(({ scope }) => (scope.level === 'account' ? undefined : scope.org));
  const seen = named.includes(undefined)
    ? {}
    : { identifier: { in: named.filter((org) => org !== undefined) } };
  const matching = { AND: [seen, searched(request.search)] };
  const place = placeOf(request);
  const [rows, total] = await Promise.all([
    prisma.organization.findMany({
      where: { AND: [matching, place.where] },
      orderBy: place.orderBy,
      take: place.take,
    }),
    prisma.organization.count({ where: matching }),
  ]);
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort: place.sort,
    positionOf: place.positionOf,
    toItem: toOrganizationView,
  });
}

export async function listProjects({ prisma }: Database, actor: Actor, org: string, request: ListRequest) {
  const matching = { AND: [{ org }, seenProjects(actor, org), searched(request.search)] };
  const place = placeOf(request);
  const [rows, total] = await Promise.all([
    prisma.project.findMany({
      where: { AND: [matching, place.where] },
      orderBy: place.orderBy,
      take: place.take,
    }),
    prisma.project.count({ where: matching }),
  ]);
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort: place.sort,
    positionOf: place.positionOf,
    toItem: toProjectView,
  });
}

function seenProjects(actor: Actor, org: string): Prisma.ProjectWhereInput {
  const around = new Set([scopeKey({ level: 'account' }), scopeKey({ level: 'org', org })]);
  if (actor.assignments.some(({ scope }) => around.has(scopeKey(scope)))) return {};
  const inside = actor.assignments.flatMap(({ scope }) =>
    scope.level === 'project' && scope.org === org ? [scope.project] : [],
  );
  return { identifier: { in: inside } };
}

function searched(search: string | undefined) {
  if (search === undefined) return {};
  const contains = { contains: search, mode: 'insensitive' as const };
  return { OR: [{ name: contains }, { identifier: contains }] };
}

function placeOf(request: ListRequest) {
  const sort = parseSort(request.sort, sortFields, { field: 'name', direction: 'asc' });
  const isTime = sort.field === 'createdAt' || sort.field === 'updatedAt';
  const toColumn = (value: string | number) => (isTime ? new Date(value) : value);
  const positionOf = (row: Row) => {
    const value = row[sort.field];
    return { value: value instanceof Date ? value.toISOString() : value, id: row.identifier };
  };
  return {
    sort,
    positionOf,
    ...keyset({ sort, cursor: request.cursor, limit: request.limit, idField: 'identifier', toColumn }),
  };
}

export function toOrganizationView(row: Row): OrganizationView {
  return {
    identifier: row.identifier,
    name: row.name,
    ...(row.description === null ? {} : { description: row.description }),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toProjectView(row: Row & { org: string }): ProjectView {
  return { ...toOrganizationView(row), org: row.org };
}
