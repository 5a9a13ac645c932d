import { createHash, randomBytes } from 'node:crypto';
import { scopeKey } from '@slipway/contracts';
import type { DelegateTokenView, Scope } from '@slipway/contracts';
import { toActorRef, toScopeRef } from '../../platform/access.ts';
import { scopeFromKey, systemActor } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';

export interface By {
  readonly actor: Actor;
  readonly requestId?: string;
}

export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  readonly sort?: string | undefined;
}

interface TokenRow {
  readonly id: string;
  readonly scopeKey: string;
  readonly name: string;
  readonly status: string;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Prefix, so that leaked ones are found by scanners; 256 random bits need no slow hash. */
const newTokenValue = (): string => `sldt_${randomBytes(32).toString('base64url')}`;

export function hashDelegateToken(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}

const sortFields = ['name', 'createdAt'] as const;

/** `onRevoked` hangs up on the token's delegates, everywhere, when the transaction commits. */
export function createTokenOperations(deps: {
  database: Database;
  now: () => Date;
  onRevoked: (tx: Tx, token: { id: string; name: string }) => Promise<void>;
}) {
  const { database } = deps;
  const find = async (tx: Tx, scope: Scope, name: string): Promise<TokenRow> => {
    const row = await tx.delegateToken.findUnique({
      where: { scopeKey_name: { scopeKey: scopeKey(scope), name } },
    });
    return row ?? fail('entity.not_found', `There is no delegate token ${name} here.`);
  };
  return {
    list: async (scope: Scope, request: ListRequest) => {
      const sort = parseSort(request.sort, sortFields, { field: 'name', direction: 'asc' });
      const where = {
        scopeKey: scopeKey(scope),
        ...(request.search === undefined
          ? {}
          : { name: { contains: request.search, mode: 'insensitive' as const } }),
      };
      const place = keyset({
        sort,
        cursor: request.cursor,
        limit: request.limit,
        idField: 'id',
        ...(sort.field === 'createdAt' ? { toColumn: (value) => new Date(value) } : {}),
      });
      const [rows, total] = await Promise.all([
        database.prisma.delegateToken.findMany({
          where: { AND: [where, place.where] },
          orderBy: place.orderBy,
          take: place.take,
        }),
        database.prisma.delegateToken.count({ where }),
      ]);
      const valueOf = (row: TokenRow): string =>
        sort.field === 'name' ? row.name : row.createdAt.toISOString();
      return toPage({
        rows,
        limit: request.limit,
        total,
        sort,
        positionOf: (row) => ({ value: valueOf(row), id: row.id }),
        toItem: toTokenView,
      });
    },

    /** The value is in no row and in no later answer. */
    create: (scope: Scope, name: string, by: By): Promise<DelegateTokenView & { value: string }> =>
      database.transaction(async (tx) => {
        const value = newTokenValue();
        const row = await insertToken(tx, { scope, name, value, by });
        if (row !== null) return { ...toTokenView(row), value };
        const message = `There is a delegate token ${name} here already.`;
        return fail('entity.identifier_taken', message, { errors: [{ pointer: '/name', message }] });
      }),

    revoke: (scope: Scope, name: string, by: By): Promise<DelegateTokenView> =>
      database.transaction(async (tx) => {
        const row = await find(tx, scope, name);
        if (row.status === 'REVOKED') return toTokenView(row);
        const revoked = await tx.delegateToken.update({
          where: { id: row.id },
          data: { status: 'REVOKED', revokedAt: deps.now() },
        });
        await recordAudit(tx, { ...by, action: 'REVOKE', kind: 'delegate-token', identifier: name, scope });
        await deps.onRevoked(tx, row);
        return toTokenView(revoked);
      }),

    remove: (scope: Scope, name: string, by: By): Promise<void> =>
      database.transaction(async (tx) => {
        const row = await find(tx, scope, name);
        if (row.status !== 'REVOKED') {
          fail('delegate.token_active', `The token ${name} is active.`, {
            hint: 'Revoke it first: its delegates are disconnected then.',
          });
        }
        await tx.delegateToken.delete({ where: { id: row.id } });
        await recordAudit(tx, { ...by, action: 'DELETE', kind: 'delegate-token', identifier: name, scope });
      }),
  };
}

/** A token whose value the operator chose (`SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN`): made, or brought up to date, at each start. */
export async function ensureBootstrapToken(tx: Tx, value: string): Promise<void> {
  const place = { scopeKey: 'account', name: 'local' };
  const hash = hashDelegateToken(value);
  const existing = await tx.delegateToken.findUnique({ where: { scopeKey_name: place } });
  if (existing?.hash === hash) return;
  if (existing !== null) await tx.delegateToken.delete({ where: { id: existing.id } });
  await insertToken(tx, { scope: { level: 'account' }, name: place.name, value, by: { actor: systemActor } });
}

async function insertToken(
  tx: Tx,
  token: { scope: Scope; name: string; value: string; by: By },
): Promise<TokenRow | null> {
  const { scope, name, by } = token;
  const place = { scopeKey: scopeKey(scope), name };
  const { count } = await tx.delegateToken.createMany({
    skipDuplicates: true,
    data: [
      {
        ...place,
        hash: hashDelegateToken(token.value),
        status: 'ACTIVE',
        createdBy: toActorRef(by.actor),
      },
    ],
  });
  if (count === 0) return null;
  await recordAudit(tx, { ...by, action: 'CREATE', kind: 'delegate-token', identifier: name, scope });
  return tx.delegateToken.findUnique({ where: { scopeKey_name: place } });
}

function toTokenView(row: TokenRow): DelegateTokenView {
  return {
    name: row.name,
    scope: toScopeRef(scopeFromKey(row.scopeKey)),
    status: row.status === 'REVOKED' ? 'REVOKED' : 'ACTIVE',
    createdAt: row.createdAt.toISOString(),
    ...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt.toISOString() }),
    ...(row.lastUsedAt === null ? {} : { lastUsedAt: row.lastUsedAt.toISOString() }),
  };
}
