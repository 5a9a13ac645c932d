import { entityKindNames, entityKinds } from '@slipway/contracts';
import type { ApplyResult, EntityKind, Infrastructure, Permission, Scope } from '@slipway/contracts';
import { requirePermission } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { AppError } from '../../platform/fail.ts';
import type { Keyring } from '../../platform/sealing.ts';
import { commonFields } from './document-checks.ts';
import type { AuthoredDocument, DocumentResult } from './document.ts';
import { checkDocument, saveEntity } from './entity-operations.ts';
import { databaseLookup, overlayLookup } from './lookup.ts';
import type { Lookup } from './lookup.ts';
import { targetKey } from './references.ts';

export interface ApplyRequest {
  readonly scope: Scope;
  readonly documents: readonly DocumentResult[];
  readonly actor: Actor;
  readonly requestId: string;
  /** Does everything and takes it back. */
  readonly dryRun: boolean;
}

export interface ApplyOutcome {
  readonly applied: boolean;
  readonly results: ApplyResult[];
}

export interface ApplyDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  /** Says whether the connector may work in the document's namespace; gives warnings, or throws. */
  readonly checkNamespace: (document: AuthoredDocument, scope: Scope, lookup: Lookup) => Promise<string[]>;
}

interface Entry {
  readonly index: number;
  readonly document: AuthoredDocument;
  readonly parent: string;
}

/** Ends the transaction without keeping it. */
class TakeBack extends Error {}

const order: ReadonlyMap<EntityKind, number> = new Map(
  Object.keys(entityKinds).map((kind, index) => [
    entityKindNames.find((name) => name === kind) ?? 'pipeline',
    index,
  ]),
);

/** Saves a stream of documents, each after those it may refer to: all of them, or none. */
export async function applyDocuments(deps: ApplyDeps, request: ApplyRequest): Promise<ApplyOutcome> {
  const results: ApplyResult[] = request.documents.map((result, index) => ({
    index,
    action: 'not-tried',
    ...(result.ok
      ? { kind: result.document.kind, identifier: commonFields(result.document).identifier }
      : {}),
  }));
  const entries = readEntries(request, results);
  if (results.some((result) => result.action === 'failed')) return { applied: false, results };
  const warnings = await checkNamespaces(deps, request, entries, results);
  if (results.some((result) => result.action === 'failed')) return { applied: false, results };
  try {
    await deps.database.transaction(async (tx) => {
      for (const entry of entries)
        await saveEntry(tx, deps, request, entry, results, warnings.get(entry.index));
      if (request.dryRun) throw new TakeBack();
    });
    return { applied: true, results };
  } catch (error) {
    if (!(error instanceof TakeBack)) throw error;
    return { applied: false, results };
  }
}

function readEntries(request: ApplyRequest, results: ApplyResult[]): Entry[] {
  const entries: Entry[] = [];
  for (const [index, result] of request.documents.entries()) {
    if (!result.ok) {
      markFailed(results, index, { code: result.code, message: result.message, errors: [...result.errors] });
      continue;
    }
    const entry = { index, document: result.document, parent: parentOf(result.document) };
    const problem = attempt(() => {
      const permission: Permission = `core_${entityKinds[entry.document.kind].permission}_edit` as Permission;
      requirePermission(request.actor, permission, request.scope);
      checkDocument({ ...entry, scope: request.scope });
    });
    if (problem) markFailed(results, index, problem);
    else entries.push(entry);
  }
  return entries.toSorted(
    (a, b) => (order.get(a.document.kind) ?? 0) - (order.get(b.document.kind) ?? 0) || a.index - b.index,
  );
}

/** In a stream nothing but the document says which environment an infrastructure belongs to. */
function parentOf(document: AuthoredDocument): string {
  if (document.kind !== 'infrastructure') return '';
  // The tree passed the schema of infrastructures.
  const { infrastructureDefinition } = document.tree as { infrastructureDefinition: Infrastructure };
  return infrastructureDefinition.environmentRef?.split('.').at(-1) ?? '';
}

/** Asks delegates before the transaction begins: nothing waits for them while rows are locked. */
async function checkNamespaces(
  deps: ApplyDeps,
  request: ApplyRequest,
  entries: readonly Entry[],
  results: ApplyResult[],
): Promise<Map<number, string[]>> {
  const pending = new Map(
    entries.map(({ document, parent }) => [
      targetKey({
        kind: document.kind,
        scope: request.scope,
        parent,
        identifier: commonFields(document).identifier,
      }),
      document.tree,
    ]),
  );
  const lookup = overlayLookup(pending, databaseLookup(deps.database.prisma));
  const warnings = new Map<number, string[]>();
  await Promise.all(
    entries.map(async ({ index, document }) => {
      try {
        warnings.set(index, await deps.checkNamespace(document, request.scope, lookup));
      } catch (error) {
        markFailed(results, index, toApplyError(error));
      }
    }),
  );
  return warnings;
}

async function saveEntry(
  tx: Tx,
  deps: ApplyDeps,
  request: ApplyRequest,
  entry: Entry,
  results: ApplyResult[],
  warnings: string[] | undefined,
): Promise<void> {
  try {
    const saved = await saveEntity(tx, deps.keyring, databaseLookup(tx), {
      ...request,
      ...entry,
      mode: 'put',
    });
    results[entry.index] = {
      index: entry.index,
      kind: saved.entity.kind,
      identifier: saved.entity.identifier,
      action: saved.action,
      version: saved.entity.version,
      ...(warnings && warnings.length > 0 ? { warnings } : {}),
    };
  } catch (error) {
    const problem = toApplyError(error);
    // What was written before the failure is taken back with the transaction.
    for (const [index, result] of results.entries()) {
      if (result.action !== 'failed') results[index] = { ...result, action: 'not-tried' };
    }
    markFailed(results, entry.index, problem);
    throw new TakeBack();
  }
}

type ApplyError = NonNullable<ApplyResult['error']>;

function toApplyError(error: unknown): ApplyError {
  if (!(error instanceof AppError)) throw error;
  return { code: error.code, message: error.message, ...(error.errors ? { errors: [...error.errors] } : {}) };
}

function attempt(check: () => void): ApplyError | null {
  try {
    check();
    return null;
  } catch (error) {
    return toApplyError(error);
  }
}

function markFailed(results: ApplyResult[], index: number, error: ApplyError): void {
  const result = results[index];
  if (result) results[index] = { ...result, action: 'failed', error };
}
