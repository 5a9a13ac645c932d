import { scopeKey, visibleScopes } from '@slipway/contracts';
import type { DelegateView, Scope } from '@slipway/contracts';
import { scopeFromKey, toScopeRef } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { silentAfterMs } from './delegate-queries.ts';
import type { By, ListRequest } from './token-operations.ts';

const sortFields = ['name', 'createdAt'] as const;

interface InstanceRow {
  readonly id: string;
  readonly instanceId: string;
  readonly hostname: string;
  readonly version: string;
  readonly protocolVersion: string;
  readonly connected: boolean;
  readonly draining: boolean;
  readonly incompatible: string | null;
  readonly connectedAt: Date | null;
  readonly lastHeartbeatAt: Date | null;
}

interface DelegateRow {
  readonly id: string;
  readonly scopeKey: string;
  readonly name: string;
  readonly tags: string[];
  readonly description: string | null;
  readonly createdAt: Date;
  readonly instances: InstanceRow[];
}

/** What people do with delegates; what delegates do themselves is `registration.ts`. */
export function createDelegateOperations(deps: { database: Database; now: () => Date }) {
  const { database, now } = deps;

  const toViews = async (rows: readonly DelegateRow[]): Promise<DelegateView[]> => {
    const ids = rows.flatMap(({ instances }) => instances.map(({ id }) => id));
    const counts = await database.prisma.task.groupBy({
      by: ['instanceId'],
      where: { status: 'running', instanceId: { in: ids } },
      _count: true,
    });
    const running = new Map(counts.map((row) => [row.instanceId, row._count]));
    return rows.map((row) => toDelegateView(row, running, now()));
  };

  return {
    list: async (scope: Scope, request: ListRequest & { includeParents?: boolean | undefined }) => {
      const sort = parseSort(request.sort, sortFields, { field: 'name', direction: 'asc' });
      const scopes = (request.includeParents === true ? visibleScopes(scope) : [scope]).map(scopeKey);
      const where = {
        scopeKey: { in: scopes },
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
        database.prisma.delegate.findMany({
          where: { AND: [where, place.where] },
          orderBy: place.orderBy,
          take: place.take,
          include: { instances: { orderBy: { instanceId: 'asc' } } },
        }),
        database.prisma.delegate.count({ where }),
      ]);
      const views = new Map((await toViews(rows)).map((view, index) => [rows[index]?.id, view]));
      return toPage<DelegateRow, DelegateView>({
        rows,
        limit: request.limit,
        total,
        sort,
        positionOf: (row) => ({
          value: sort.field === 'name' ? row.name : row.createdAt.toISOString(),
          id: row.id,
        }),
        // One view was made of each row.
        toItem: (row) => views.get(row.id) as DelegateView,
      });
    },

    get: async (scope: Scope, name: string): Promise<DelegateView> => {
      const row = await database.prisma.delegate.findUnique({
        where: { scopeKey_name: { scopeKey: scopeKey(scope), name } },
        include: { instances: { orderBy: { instanceId: 'asc' } } },
      });
      const [view] = row === null ? [] : await toViews([row]);
      return view ?? fail('entity.not_found', `There is no delegate ${name} here.`);
    },

    remove: (scope: Scope, name: string, by: By): Promise<void> =>
      database.transaction(async (tx) => {
        const row = await tx.delegate.findUnique({
          where: { scopeKey_name: { scopeKey: scopeKey(scope), name } },
          include: { instances: true },
        });
        if (row === null) return fail('entity.not_found', `There is no delegate ${name} here.`);
        if (row.instances.some((instance) => isConnected(instance, now()))) {
          return fail('entity.in_use', `The delegate ${name} is connected.`, {
            hint: 'Stop it, or revoke its token; then it can be deleted.',
          });
        }
        await tx.delegate.delete({ where: { id: row.id } });
        await recordAudit(tx, { ...by, action: 'DELETE', kind: 'delegate', identifier: name, scope });
      }),
  };
}

function isConnected(instance: Pick<InstanceRow, 'connected' | 'lastHeartbeatAt'>, now: Date): boolean {
  const beat = instance.lastHeartbeatAt;
  return instance.connected && beat !== null && now.getTime() - beat.getTime() < silentAfterMs;
}

function toDelegateView(
  row: DelegateRow,
  running: ReadonlyMap<string | null, number>,
  now: Date,
): DelegateView {
  const instances = row.instances.map((instance) => ({
    instanceId: instance.instanceId,
    hostname: instance.hostname,
    version: instance.version,
    protocolVersion: instance.protocolVersion,
    connected: isConnected(instance, now),
    draining: instance.draining,
    runningTasks: running.get(instance.id) ?? 0,
    ...(instance.lastHeartbeatAt === null ? {} : { lastHeartbeatAt: instance.lastHeartbeatAt.toISOString() }),
    ...(instance.connectedAt === null ? {} : { connectedAt: instance.connectedAt.toISOString() }),
    ...(instance.incompatible === null ? {} : { incompatible: instance.incompatible }),
  }));
  const beats = instances
    .map(({ lastHeartbeatAt }) => lastHeartbeatAt)
    .filter((beat) => beat !== undefined)
    .sort();
  const last = beats.at(-1);
  return {
    name: row.name,
    scope: toScopeRef(scopeFromKey(row.scopeKey)),
    connected: instances.some(({ connected }) => connected),
    tags: [...new Set([row.name, ...row.tags])],
    instances,
    createdAt: row.createdAt.toISOString(),
    ...(row.description === null ? {} : { description: row.description }),
    ...(last === undefined ? {} : { lastHeartbeatAt: last }),
  };
}
