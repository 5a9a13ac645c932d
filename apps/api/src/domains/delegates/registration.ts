import { isCompatible, protocolVersion } from '@slipway/contracts';
import type { Hello } from '@slipway/contracts';
import { scopeFromKey } from '../../platform/access.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { announce } from '../../platform/live.ts';
import { silentAfterMs } from './delegate-queries.ts';
import { hashDelegateToken } from './token-operations.ts';

export interface AdmittedToken {
  readonly id: string;
  readonly name: string;
  readonly scopeKey: string;
}

export type Admission =
  | { readonly admitted: true; readonly token: AdmittedToken }
  | { readonly admitted: false; readonly code: 'token_invalid' | 'token_revoked'; readonly message: string };

export interface RegisteredInstance {
  /** Row id. */
  readonly id: string;
  readonly delegateId: string;
  /** Whether the rows of this instance were written by the process that says hello. */
  readonly sameBoot: boolean;
  readonly incompatible: string | undefined;
  /** Tells this connection of the instance from every other one. */
  readonly connectedAt: Date;
}

export interface Beat {
  readonly id: string;
  readonly draining: boolean;
}

/** What the gateway writes about delegates. */
export function createRegistration(deps: { database: Database; now: () => Date }) {
  const { database, now } = deps;
  return {
    admit: async (tokenValue: string): Promise<Admission> => {
      const token = await database.prisma.delegateToken.findUnique({
        where: { hash: hashDelegateToken(tokenValue) },
      });
      if (token === null)
        return { admitted: false, code: 'token_invalid', message: 'The token is not known here.' };
      if (token.status !== 'ACTIVE') {
        return { admitted: false, code: 'token_revoked', message: `The token "${token.name}" was revoked.` };
      }
      return { admitted: true, token };
    },

    /** Enters the hello into the rows. The token is looked at again: it may have been revoked a moment ago. */
    register: async (
      tx: Tx,
      hello: Hello,
      token: AdmittedToken,
      gatewayId: string,
    ): Promise<RegisteredInstance | null> => {
      const [active] = await tx.$queryRaw<{ id: string }[]>`
        update delegate_token set "lastUsedAt" = ${now()} where id = ${token.id}::uuid and status = 'ACTIVE' returning id`;
      if (active === undefined) return null;
      const place = { scopeKey: token.scopeKey, name: hello.name };
      const facts = {
        tags: [...new Set([hello.name, ...hello.tags])],
        description: hello.description ?? null,
      };
      const delegate = await tx.delegate.upsert({
        where: { scopeKey_name: place },
        create: { ...place, ...facts },
        update: facts,
      });
      const key = { delegateId_instanceId: { delegateId: delegate.id, instanceId: hello.instanceId } };
      const former = await tx.delegateInstance.findUnique({ where: key });
      const incompatible = incompatibility(hello);
      const connectedAt = now();
      const fields = {
        bootId: hello.bootId,
        tokenId: token.id,
        hostname: hello.hostname,
        version: hello.version,
        protocolVersion: hello.protocolVersion,
        capabilities: hello.capabilities,
        capacity: hello.capacity,
        gatewayId,
        connected: true,
        draining: false,
        incompatible: incompatible ?? null,
        connectedAt,
        lastHeartbeatAt: connectedAt,
      };
      const instance = await tx.delegateInstance.upsert({
        where: key,
        create: { delegateId: delegate.id, instanceId: hello.instanceId, ...fields },
        update: fields,
      });
      await announceDelegate(tx, delegate);
      const { id, delegateId } = instance;
      return { id, delegateId, sameBoot: former?.bootId === hello.bootId, incompatible, connectedAt };
    },

    /** The socket is gone. Another connection of the instance, here or on another replica, has written another `connectedAt`. */
    disconnected: (instanceRowId: string, connectedAt: Date): Promise<void> =>
      database.transaction(async (tx) => {
        const { count } = await tx.delegateInstance.updateMany({
          where: { id: instanceRowId, connectedAt },
          data: { connected: false, gatewayId: null },
        });
        if (count === 0) return;
        const instance = await tx.delegateInstance.findUnique({
          where: { id: instanceRowId },
          include: { delegate: true },
        });
        if (instance !== null) await announceDelegate(tx, instance.delegate);
      }),

    /**
     * Many heartbeats in one statement: at 5,000 delegates one each would be 500 a second. An instance that was taken for silent while
     * Postgres could not be reached is there again; one that has moved to another gateway is left alone.
     */
    beats: async (beats: readonly Beat[], gatewayId: string): Promise<void> => {
      if (beats.length === 0) return;
      const ids = beats.map(({ id }) => id);
      const draining = beats.map((beat) => beat.draining);
      await database.prisma.$executeRaw`
        update delegate_instance set "lastHeartbeatAt" = ${now()}, draining = beat.draining, connected = true, "gatewayId" = ${gatewayId}
          from unnest(${ids}::uuid[], ${draining}::boolean[]) as beat(id, draining)
         where delegate_instance.id = beat.id and ("gatewayId" = ${gatewayId} or "gatewayId" is null)`;
    },

    /** Instances whose API process died without saying so, and those that went silent: shown as not connected. */
    markSilent: (): Promise<number> =>
      database.transaction(async (tx) => {
        const silentSince = new Date(now().getTime() - silentAfterMs);
        const rows = await tx.$queryRaw<{ scopeKey: string; name: string }[]>`
          update delegate_instance i set connected = false, "gatewayId" = null from delegate d
           where d.id = i."delegateId" and i.connected and i."lastHeartbeatAt" < ${silentSince} returning d."scopeKey", d.name`;
        for (const row of rows) await announceDelegate(tx, row);
        return rows.length;
      }),
  };
}

export type Registration = ReturnType<typeof createRegistration>;

async function announceDelegate(
  tx: Tx,
  { scopeKey, name }: { scopeKey: string; name: string },
): Promise<void> {
  await announce(tx, scopeFromKey(scopeKey), { topic: 'delegate', name });
}

function incompatibility(hello: Hello): string | undefined {
  if (isCompatible(protocolVersion, hello.protocolVersion)) return undefined;
  return `it speaks protocol ${hello.protocolVersion}, the control plane ${protocolVersion}; they may differ by one minor version`;
}
