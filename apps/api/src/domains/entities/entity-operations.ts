import { entityKinds, scopeKey } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import { toActorRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { announce } from '../../platform/live.ts';
import { seal } from '../../platform/sealing.ts';
import type { Keyring } from '../../platform/sealing.ts';
import {
  checkEnvironment,
  checkIdentifier,
  checkExpressions,
  checkScope,
  commonFields,
  typeOf,
} from './document-checks.ts';
import type { AuthoredDocument } from './document.ts';
import { listReferrers } from './entity-queries.ts';
import {
  findChildren,
  findEntity,
  insertEntity,
  lockEntity,
  removeEntity,
  replaceReferences,
  updateEntity,
} from './entity-store.ts';
import type { EntityAddress, EntityContent, StoredEntity } from './entity.ts';
import type { Lookup } from './lookup.ts';
import { requireReferences, requireSecretAccess } from './reference-checks.ts';
import { splitSecret } from './secret-document.ts';

export interface SaveRequest {
  readonly scope: Scope;
  /** The environment of an infrastructure, else empty. */
  readonly parent: string;
  readonly document: AuthoredDocument;
  readonly actor: Actor;
  readonly requestId: string;
  /** `create` refuses an identifier that is taken, `put` replaces it. */
  readonly mode: 'create' | 'put';
  /** The identifier in the URL, when it has one. */
  readonly identifier?: string | undefined;
  /** The version the writer has seen. */
  readonly ifMatch?: number | undefined;
}

export interface SaveOutcome {
  readonly entity: StoredEntity;
  readonly action: 'created' | 'updated' | 'unchanged';
}

export interface RemoveRequest extends EntityAddress {
  readonly actor: Actor;
  readonly requestId: string;
  readonly force: boolean;
  readonly ifMatch?: number | undefined;
}

/** Checks of a document that need nothing but the document and its address. */
export function checkDocument(
  request: Pick<SaveRequest, 'document' | 'scope' | 'parent' | 'identifier'>,
): void {
  const { document, scope, parent, identifier } = request;
  if (entityKinds[document.kind].scopes === 'project' && scope.level !== 'project') {
    fail('document.invalid', `A ${entityKinds[document.kind].title.toLowerCase()} belongs to a project.`);
  }
  checkScope(document, scope);
  checkEnvironment(document, parent);
  checkIdentifier(document, identifier);
  checkExpressions(document);
}

/** Writes a document whose `checkDocument` passed. The references are checked here, inside the transaction. */
export async function saveEntity(
  tx: Tx,
  keyring: Keyring,
  lookup: Lookup,
  request: SaveRequest,
): Promise<SaveOutcome> {
  const { scope, parent, actor } = request;
  const { document, value } =
    request.document.kind === 'secret'
      ? splitSecret(request.document)
      : { document: request.document, value: null };
  const address = { kind: document.kind, scope, parent, identifier: commonFields(document).identifier };
  const targets = await requireReferences(tx, lookup, { document, scope, parent });
  requireSecretAccess(actor, targets);
  const current = await lockEntity(tx, address);
  checkVersion(request, address, current);
  const content = toContent(document);
  if (current && value === null && current.yaml === content.yaml)
    return { entity: current, action: 'unchanged' };
  if (!current && document.kind === 'secret' && value === null) {
    fail('document.invalid', 'A new secret needs a value.', {
      errors: [{ pointer: '/secret/spec/value', message: 'This field is required.' }],
    });
  }
  const entity = current
    ? await updateEntity(tx, current, content, toActorRef(actor))
    : await insertEntity(tx, address, content, toActorRef(actor));
  await replaceReferences(tx, entity.id, targets);
  if (value !== null) await writeSecretValue(tx, keyring, entity.id, value);
  await recordChange(tx, entity, {
    actor,
    requestId: request.requestId,
    action: current ? 'UPDATE' : 'CREATE',
    before: current?.yaml,
    after: entity.yaml,
  });
  return { entity, action: current ? 'updated' : 'created' };
}

function toContent(document: AuthoredDocument): EntityContent {
  const fields = commonFields(document);
  return {
    name: fields.name,
    description: fields.description ?? null,
    type: typeOf(document),
    tags: fields.tags ?? {},
    yaml: document.yaml,
    document: document.tree,
  };
}

function checkVersion(request: SaveRequest, address: EntityAddress, current: StoredEntity | null): void {
  const noun = entityKinds[address.kind].title;
  if (request.mode === 'create' && current) {
    fail('entity.identifier_taken', `${noun} ${address.identifier} exists already here.`, {
      hint: 'Choose another identifier, or replace it with PUT.',
      errors: [
        { pointer: `/${entityKinds[address.kind].rootKey}/identifier`, message: 'This identifier is taken.' },
      ],
    });
  }
  if (request.ifMatch !== undefined && request.ifMatch !== current?.version) {
    fail(
      'entity.version_conflict',
      `${noun} ${address.identifier} is at version ${current?.version ?? 0}, not ${request.ifMatch}.`,
      {
        hint: 'Read it again, bring your change into what is there now, and save that.',
        details: current
          ? {
              version: current.version,
              updatedBy: current.updatedBy,
              updatedAt: current.updatedAt.toISOString(),
            }
          : {},
      },
    );
  }
}

async function writeSecretValue(tx: Tx, keyring: Keyring, entityId: string, value: string): Promise<void> {
  const sealed = { ...seal(keyring, value, secretBinding(entityId)) };
  await tx.secretValue.upsert({
    where: { entityId },
    create: { entityId, sealed },
    update: { sealed, updatedAt: new Date() },
  });
}

/** What a sealed value is bound to. */
export const secretBinding = (entityId: string): string => `secret/${entityId}`;

/** Deletes an entity. While others refer to it, only with `force`; an environment takes its infrastructures along then. */
export async function removeDocument(tx: Tx, request: RemoveRequest): Promise<void> {
  const current = await lockEntity(tx, request);
  const noun = entityKinds[request.kind].title;
  if (!current) fail('entity.not_found', `${noun} ${request.identifier} does not exist.`);
  if (request.ifMatch !== undefined && request.ifMatch !== current.version) {
    fail(
      'entity.version_conflict',
      `${noun} ${request.identifier} is at version ${current.version}, not ${request.ifMatch}.`,
    );
  }
  const referrers = await listReferrers(tx, current, { limit: 20 });
  if (referrers.total > 0 && !request.force) {
    const names = referrers.items.map(
      (item) => `${entityKinds[item.kind].title.toLowerCase()} ${item.identifier}`,
    );
    fail(
      'entity.in_use',
      `${noun} ${request.identifier} is used by ${names.join(', ')}${referrers.total > names.length ? ` and ${referrers.total - names.length} more` : ''}.`,
      {
        hint: 'Change those first, or delete with ?force=true and leave their references broken.',
        details: {
          referrers: referrers.items.map(({ kind, identifier, name, scope, parent }) => ({
            kind,
            identifier,
            name,
            scope: scopeKey(scope),
            environment: parent,
          })),
          total: referrers.total,
        },
      },
    );
  }
  const children = request.kind === 'environment' ? await findChildren(tx, request) : [];
  for (const entity of [...children, current]) {
    await removeEntity(tx, entity.id);
    const action = referrers.total > 0 ? 'FORCE_DELETE' : 'DELETE';
    await recordChange(tx, entity, {
      actor: request.actor,
      requestId: request.requestId,
      action,
      before: entity.yaml,
      after: undefined,
    });
  }
}

interface Change {
  readonly actor: Actor;
  readonly requestId: string;
  readonly action: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

async function recordChange(tx: Tx, entity: StoredEntity, change: Change): Promise<void> {
  const { kind, identifier, name, scope } = entity;
  await recordAudit(tx, { ...change, kind, identifier, name, scope });
  await announce(tx, scope, { topic: 'entity', kind, identifier });
}

/** The entity, or the 404 that absent and not yours share. */
export async function getEntity(tx: Tx, address: EntityAddress): Promise<StoredEntity> {
  const entity = await findEntity(tx, address);
  return (
    entity ??
    fail('entity.not_found', `${entityKinds[address.kind].title} ${address.identifier} does not exist here.`)
  );
}
