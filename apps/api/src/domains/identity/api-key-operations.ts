import { rolePermissions, scopeKey } from '@slipway/contracts';
import type { ApiKeyView, BuiltInRole, Scope } from '@slipway/contracts';
import { can, scopeFromKey, toActorRef, toScopeRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { apiKeyPrefix, newApiKey } from './tokens.ts';

const DEFAULT_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

type Row = Awaited<ReturnType<Database['prisma']['apiKey']['findFirstOrThrow']>>;

export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
}

export function createApiKeyOperations({ database, clock }: { database: Database; clock: () => Date }) {
  const { prisma } = database;
  return {
    async list(scope: Scope, request: ListRequest) {
      const sort = parseSort(request.sort, ['name', 'createdAt'], { field: 'createdAt', direction: 'desc' });
      const matching = {
        scopeKey: scopeKey(scope),
        ...(request.search === undefined
          ? {}
          : { name: { contains: request.search, mode: 'insensitive' as const } }),
      };
      const toColumn = (value: string | number) => (sort.field === 'createdAt' ? new Date(value) : value);
      const place = keyset({ sort, cursor: request.cursor, limit: request.limit, idField: 'id', toColumn });
      const [rows, total] = await Promise.all([
        prisma.apiKey.findMany({
          where: { AND: [matching, place.where] },
          orderBy: place.orderBy,
          take: place.take,
        }),
        prisma.apiKey.count({ where: matching }),
      ]);
      const positionOf = (row: Row) => ({
        value: sort.field === 'name' ? row.name : row.createdAt.toISOString(),
        id: row.id,
      });
      return toPage({ rows, limit: request.limit, total, sort, positionOf, toItem: toApiKeyView });
    },

    async create(scope: Scope, given: NewKey, by: By): Promise<ApiKeyView & { value: string }> {
      requireAssignable(given.role, scope);
      requireNotAbove(by.actor, given.role, scope);
      const { id, secretHash, value } = newApiKey();
      const now = clock();
      const row = await database.transaction(async (tx) => {
        const created = await tx.apiKey.create({
          data: {
            id,
            scopeKey: scopeKey(scope),
            name: given.name,
            secretHash,
            role: given.role,
            createdAt: now,
            createdBy: toActorRef(by.actor),
            expiresAt: new Date(now.getTime() + (given.expiresInDays ?? DEFAULT_DAYS) * DAY_MS),
          },
        });
        await recordAudit(tx, { ...trail(created), ...by, action: 'CREATE', after: describe(created) });
        return created;
      });
      return { ...toApiKeyView(row), value };
    },

    async revoke(scope: Scope, id: string, by: By): Promise<void> {
      await database.transaction(async (tx) => {
        const row = await tx.apiKey.findFirst({ where: { id, scopeKey: scopeKey(scope) } });
        if (row === null) fail('entity.not_found', 'There is no such API key in this scope.');
        if (row.revokedAt !== null) return;
        await tx.apiKey.update({ where: { id }, data: { revokedAt: clock() } });
        await recordAudit(tx, { ...trail(row), ...by, action: 'REVOKE_TOKEN', before: describe(row) });
      });
    },
  };
}

export type ApiKeyOperations = ReturnType<typeof createApiKeyOperations>;

interface NewKey {
  readonly name: string;
  readonly role: BuiltInRole;
  readonly expiresInDays?: number | undefined;
}

interface By {
  readonly actor: Actor;
  readonly requestId: string;
}

/** A role of the account means nothing in a project. */
function requireAssignable(role: BuiltInRole, scope: Scope): void {
  const level = role.startsWith('_account_')
    ? 'account'
    : role.startsWith('_organization_')
      ? 'org'
      : 'project';
  const fits =
    scope.level === 'account' || (scope.level === 'org' && level !== 'account') || level === 'project';
  if (fits) return;
  const message = `${role} is a role of the ${level === 'org' ? 'organization' : 'account'}; it cannot be given in a scope below.`;
  fail('request.invalid', message, { errors: [{ pointer: '/role', message }] });
}

/** Nobody gives more than they have. */
function requireNotAbove(actor: Actor, role: BuiltInRole, scope: Scope): void {
  const missing = [...rolePermissions[role]].filter((permission) => !can(actor, permission, scope));
  if (missing.length === 0) return;
  fail(
    'access.forbidden',
    `${actor.name} cannot give the role ${role}: it may do more than ${actor.name} itself.`,
    {
      hint: 'Choose a smaller role, or ask an administrator.',
      details: { missing },
    },
  );
}

function trail(row: Row) {
  return { kind: 'api-key', identifier: row.id, name: row.name, scope: scopeFromKey(row.scopeKey) };
}

function describe(row: Row): string {
  const expires = row.expiresAt === null ? 'never' : row.expiresAt.toISOString();
  return `name: ${JSON.stringify(row.name)}\nrole: ${row.role}\nexpires: ${expires}\n`;
}

function toApiKeyView(row: Row): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: apiKeyPrefix(row.id),
    // Written by `create` and by bootstrap alone, from the closed list.
    role: row.role as BuiltInRole,
    scope: toScopeRef(scopeFromKey(row.scopeKey)),
    createdAt: row.createdAt.toISOString(),
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt.toISOString() }),
    ...(row.lastUsedAt === null ? {} : { lastUsedAt: row.lastUsedAt.toISOString() }),
    ...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt.toISOString() }),
  };
}
