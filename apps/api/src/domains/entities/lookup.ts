import { scopeKey } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';
import { findEntity } from './entity-store.ts';
import type { EntityAddress } from './entity.ts';
import { targetKey } from './references.ts';
import type { EntityTarget } from './references.ts';

/** Finds documents that are saved, or about to be saved in the same stream. */
export interface Lookup {
  readonly document: (address: EntityAddress) => Promise<Readonly<Record<string, unknown>> | null>;
  readonly fileExists: (scope: Scope, path: string) => Promise<boolean>;
}

export function databaseLookup(tx: Tx): Lookup {
  return {
    document: async (address) => (await findEntity(tx, address))?.document ?? null,
    fileExists: async (scope, path) => {
      const folder = path.endsWith('/') ? path : `${path}/`;
      const found = await tx.file.findFirst({
        where: { scopeKey: scopeKey(scope), OR: [{ path }, { path: { startsWith: folder } }] },
        select: { path: true },
      });
      return found !== null;
    },
  };
}

/** `pending` documents shadow the saved ones. */
export function overlayLookup(
  pending: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  beneath: Lookup,
): Lookup {
  return {
    ...beneath,
    document: async (address) => pending.get(targetKey(address)) ?? beneath.document(address),
  };
}

export async function targetExists(lookup: Lookup, target: EntityTarget): Promise<boolean> {
  if (target.kind === 'file') return lookup.fileExists(target.scope, target.identifier);
  return (await lookup.document({ ...target, kind: target.kind })) !== null;
}
