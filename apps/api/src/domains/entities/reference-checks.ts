import { entityKinds } from '@slipway/contracts';
import type { Permission, Scope } from '@slipway/contracts';
import { can, requirePermission } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import type { Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { toPointer } from './document.ts';
import type { AuthoredDocument } from './document.ts';
import { listIdentifiers } from './entity-queries.ts';
import { targetExists } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import { findReferences } from './references.ts';
import type { EntityTarget, FoundReference } from './references.ts';

interface PlacedDocument {
  readonly document: AuthoredDocument;
  readonly scope: Scope;
  readonly parent: string;
}

/** What a document refers to. Fails when something of it does not exist or cannot be seen from its scope. */
export async function requireReferences(
  tx: Tx,
  lookup: Lookup,
  { document, scope, parent }: PlacedDocument,
): Promise<EntityTarget[]> {
  const references = findReferences(document, scope, parent);
  const broken: { reference: FoundReference; message: string }[] = [];
  for (const reference of references) {
    if (reference.target && (await targetExists(lookup, reference.target))) continue;
    broken.push({ reference, message: await explainBroken(tx, reference) });
  }
  if (broken.length > 0) {
    fail('reference.not_found', broken[0]?.message ?? '', {
      errors: broken.map(({ reference, message }) => ({
        pointer: toPointer(reference.path),
        ...document.locate(reference.path),
        message,
      })),
    });
  }
  return references.flatMap(({ target }) => target ?? []);
}

async function explainBroken(tx: Tx, { written, target }: FoundReference): Promise<string> {
  if (!target)
    return `${written} cannot be seen from here: only the document's own scope and those around it can.`;
  if (target.kind === 'file') return `There is no file ${written} in the file store.`;
  const noun = entityKinds[target.kind].title.toLowerCase();
  const present = await listIdentifiers(tx, { ...target, kind: target.kind });
  const there = present.length === 0 ? `There is no ${noun} there yet.` : `There are: ${present.join(', ')}.`;
  return `There is no ${noun} ${written}. ${there}`;
}

/**
 * Whoever writes a document decides where its secrets go: a connector sends its token to the address beside it. So the author needs
 * access to each secret where that secret lives, not only where the document does.
 */
export function requireSecretAccess(actor: Actor, targets: readonly EntityTarget[]): void {
  for (const target of targets) {
    if (target.kind !== 'secret' || can(actor, 'core_secret_access', target.scope)) continue;
    fail(
      'access.forbidden',
      `${actor.name} may not use the secret ${target.identifier} of the ${target.scope.level}: the permission core_secret_access is missing there.`,
      {
        hint: 'Use a secret of this scope, or ask an administrator of the other one.',
        details: { permission: 'core_secret_access' },
      },
    );
  }
}

/** Whoever starts a pipeline must have access to each kind of thing that it uses, in the pipeline's scope. */
export function requireAccess(actor: Actor, scope: Scope, targets: readonly EntityTarget[]): void {
  const nouns = new Set(targets.map(({ kind }) => (kind === 'file' ? kind : entityKinds[kind].permission)));
  for (const noun of nouns) {
    // A pipeline refers to services, environments, secrets and files, each of which has this permission.
    requirePermission(actor, `core_${noun}_access` as Permission, scope);
  }
}
