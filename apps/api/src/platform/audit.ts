import { scopeKey } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import { toActorRef } from './access.ts';
import type { Actor } from './access.ts';
import type { Tx } from './database.ts';

export interface AuditEntry {
  readonly actor: Actor;
  /** CREATE, UPDATE, DELETE, LOGIN, ... */
  readonly action: string;
  readonly kind: string;
  readonly identifier: string;
  readonly name?: string | undefined;
  readonly scope: Scope;
  readonly requestId?: string | undefined;
  /** YAML of the thing before and after, without secret values. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** Writes the trail's row in the transaction of the change, so that neither exists without the other. */
export async function recordAudit(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx.auditEvent.create({
    data: {
      actor: toActorRef(entry.actor),
      action: entry.action,
      kind: entry.kind,
      identifier: entry.identifier,
      name: entry.name ?? null,
      scopeKey: scopeKey(entry.scope),
      requestId: entry.requestId ?? null,
      before: entry.before ?? null,
      after: entry.after ?? null,
    },
  });
}
