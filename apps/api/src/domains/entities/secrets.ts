import { scopeKey } from '@slipway/contracts';
import type { Scope, SecretHandle } from '@slipway/contracts';
import { scopeFromKey } from '../../platform/access.ts';
import type { Tx } from '../../platform/database.ts';
import { open } from '../../platform/sealing.ts';
import type { Keyring, Sealed } from '../../platform/sealing.ts';
import { secretBinding } from './entity-operations.ts';

/** How a task names a secret: scope and identifier in one text. */
export function secretHandle(scope: Scope, identifier: string): SecretHandle {
  return { secret: `${scopeKey(scope)}:${identifier}` };
}

/** The plain value of a secret, or `null` when it does not exist. Only for the delegate that holds a task which names it. */
export async function openSecret(tx: Tx, keyring: Keyring, handle: string): Promise<string | null> {
  const colon = handle.lastIndexOf(':');
  const scope = scopeFromKey(handle.slice(0, colon));
  const row = await tx.entity.findUnique({
    where: {
      kind_scopeKey_parent_identifier: {
        kind: 'secret',
        scopeKey: scopeKey(scope),
        parent: '',
        identifier: handle.slice(colon + 1),
      },
    },
    include: { secret: true },
  });
  // The column holds what `seal` made.
  return row?.secret ? open(keyring, row.secret.sealed as unknown as Sealed, secretBinding(row.id)) : null;
}
