import { heartbeatIntervalMs, scopeKey, visibleScopes } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import type { DelegateCandidate } from './selection.ts';

/** Three heartbeats and a bit: a gateway that was killed leaves rows that say connected. */
export const silentAfterMs = 3 * heartbeatIntervalMs + 5000;

/** More than a person reads in a verdict. */
const MOST_DELEGATES = 500;

interface Row {
  delegateId: string;
  name: string;
  tags: string[];
  id: string | null;
  instanceId: string | null;
  gatewayId: string | null;
  connected: boolean | null;
  draining: boolean | null;
  incompatible: string | null;
  capabilities: string[] | null;
  capacity: number | null;
  lastHeartbeatAt: Date | null;
  busy: number | null;
}

/** Delegates that a scope may use. With `selectors`: only those that have all of them and are connected, which is what an offer needs. */
export async function readCandidates(
  tx: Tx,
  scope: Scope,
  now: Date,
  selectors?: readonly string[],
): Promise<DelegateCandidate[]> {
  const scopes = visibleScopes(scope).map(scopeKey);
  const silentSince = new Date(now.getTime() - silentAfterMs);
  const narrow = selectors !== undefined;
  // Raw: a lateral count and an array containment in one round trip.
  const rows = await tx.$queryRaw<Row[]>`
    select d.id as "delegateId", d.name, d.tags, i.id, i."instanceId", i."gatewayId",
           (i.connected and i."lastHeartbeatAt" > ${silentSince}) as connected, i.draining, i.incompatible,
           i.capabilities, i.capacity, i."lastHeartbeatAt",
           (select count(*)::int from task t where t."instanceId" = i.id::text and t.status in ('offered', 'running')) as busy
      from delegate d left join delegate_instance i on i."delegateId" = d.id
     where d."scopeKey" = any(${scopes})
       and (not ${narrow} or (d.tags @> ${[...(selectors ?? [])]}::text[] and i.connected and i."lastHeartbeatAt" > ${silentSince}))
     order by d.name, i."instanceId"
     limit ${MOST_DELEGATES}`;
  return toCandidates(rows);
}

function toCandidates(rows: readonly Row[]): DelegateCandidate[] {
  const delegates = new Map<
    string,
    DelegateCandidate & { instances: DelegateCandidate['instances'][number][] }
  >();
  for (const row of rows) {
    const delegate = delegates.get(row.delegateId) ?? {
      id: row.delegateId,
      name: row.name,
      tags: row.tags,
      instances: [],
    };
    delegates.set(row.delegateId, delegate);
    if (row.id === null || row.instanceId === null) continue;
    delegate.instances.push({
      id: row.id,
      instanceId: row.instanceId,
      gatewayId: row.gatewayId,
      connected: row.connected === true,
      draining: row.draining === true,
      incompatible: row.incompatible,
      capabilities: row.capabilities ?? [],
      capacity: row.capacity ?? 1,
      busy: row.busy ?? 0,
      lastHeartbeatAt: row.lastHeartbeatAt,
    });
  }
  return [...delegates.values()];
}

export async function readPreferredDelegate(tx: Tx, preferKey: string | null): Promise<string | undefined> {
  if (preferKey === null) return undefined;
  const row = await tx.delegatePreference.findUnique({ where: { preferKey }, select: { delegateId: true } });
  return row?.delegateId;
}
