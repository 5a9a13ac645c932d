import { applyRoutes, entityKindNames, entityKinds, entityRoutes } from '@slipway/contracts';
import type { EntityKind, Scope } from '@slipway/contracts';
import type { FastifyInstance } from 'fastify';
import { toScopeRef } from '../../platform/access.ts';
import type { RawBody } from '../../platform/body-parsers.ts';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { wantsYaml } from '../../platform/negotiation.ts';
import { registerRoute } from '../../platform/route.ts';
import type { Keyring } from '../../platform/sealing.ts';
import { applyDocuments } from './apply-operations.ts';
import { readDocuments, readJsonDocument, readSingle } from './document.ts';
import type { AuthoredDocument } from './document.ts';
import { checkDocument, getEntity, removeDocument, saveEntity } from './entity-operations.ts';
import type { SaveOutcome, SaveRequest } from './entity-operations.ts';
import { listEntities, listReferrers } from './entity-queries.ts';
import type { EntityAddress, StoredEntity } from './entity.ts';
import { toSummary, toView } from './entity-views.ts';
import { databaseLookup } from './lookup.ts';
import { requireReferences, requireSecretAccess } from './reference-checks.ts';
import type { Lookup } from './lookup.ts';

export interface EntityRoutesDeps {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly checkNamespace: (document: AuthoredDocument, scope: Scope, lookup: Lookup) => Promise<string[]>;
  /** Runs the connection test of an unsaved connector; fails when it does not pass. Gives what to keep with the saved one. */
  readonly requireConnection: (
    document: AuthoredDocument,
    scope: Scope,
  ) => Promise<(entity: StoredEntity) => Promise<StoredEntity>>;
}

type PathParams = Readonly<Record<string, string>>;

/** The document in a request's body, which must be of the kind that the address takes. */
export function readBody(body: RawBody, kind: EntityKind): AuthoredDocument {
  const result =
    body.contentType === 'application/json' ? readJsonDocument(body.text) : readSingle(body.text);
  if (!result.ok) fail(result.code, result.message, { errors: result.errors });
  if (result.document.kind !== kind) {
    const { rootKey } = entityKinds[kind];
    const given = entityKinds[result.document.kind].rootKey;
    fail(
      'document.invalid',
      `This address takes a document with the key ${rootKey} at its top, not ${given}.`,
    );
  }
  return result.document;
}

export function registerEntityRoutes(app: FastifyInstance, deps: EntityRoutesDeps): void {
  for (const kind of entityKindNames) registerKind(app, deps, kind);
  registerRoute(app, applyRoutes.apply, async ({ rawBody, scope, actor, requestId, query }) => {
    const outcome = await applyDocuments(deps, {
      scope,
      actor,
      requestId,
      documents: readDocuments(rawBody.text),
      dryRun: query.dryRun ?? false,
    });
    const failed = outcome.results.some((result) => result.action === 'failed');
    return { status: failed ? 422 : 200, body: outcome };
  });
}

function registerKind(app: FastifyInstance, deps: EntityRoutesDeps, kind: EntityKind): void {
  const routes = entityRoutes(kind);
  const { database } = deps;

  registerRoute(app, routes.list, async ({ params, query, scope }) => {
    const parent = parentOf(params);
    if (kind === 'infrastructure') await requireEnvironment(deps, scope, parent);
    const page = await listEntities(
      database.prisma,
      { kind, scope, ...query, ...(kind === 'infrastructure' ? { parent } : {}) },
      query,
    );
    return { ...page, items: page.items.map(toSummary) };
  });

  registerRoute(app, routes.create, async ({ params, query, scope, rawBody, actor, requestId }) => {
    const request = {
      scope,
      parent: parentOf(params),
      document: readBody(rawBody, kind),
      actor,
      requestId,
      mode: 'create',
    } as const;
    const { body } = await save(deps, request, query.validate ?? false);
    return { status: 201, body };
  });

  registerRoute(app, routes.get, async ({ params, scope, accept }) => {
    const entity = await getEntity(database.prisma, addressOf(kind, scope, params));
    if (!wantsYaml(accept)) return toView(entity);
    return {
      body: entity.yaml,
      headers: { 'content-type': 'application/yaml; charset=utf-8', etag: `"${entity.version}"` },
    };
  });

  registerRoute(app, routes.put, async ({ params, query, scope, rawBody, actor, requestId, ifMatch }) => {
    const { parent, identifier } = addressOf(kind, scope, params);
    const request = {
      scope,
      parent,
      identifier,
      document: readBody(rawBody, kind),
      actor,
      requestId,
      ifMatch,
      mode: 'put',
    } as const;
    const { body, action } = await save(deps, request, query.validate ?? false);
    return { status: action === 'created' ? 201 : 200, body };
  });

  registerRoute(app, routes.remove, async ({ params, query, scope, actor, requestId, ifMatch }) => {
    const request = {
      ...addressOf(kind, scope, params),
      force: query.force ?? false,
      actor,
      requestId,
      ifMatch,
    };
    await database.transaction((tx) => removeDocument(tx, request));
    return { status: 204, body: undefined };
  });

  registerRoute(app, routes.usedBy, async ({ params, query, scope }) => {
    const entity = await getEntity(database.prisma, addressOf(kind, scope, params));
    const page = await listReferrers(database.prisma, entity, query);
    return {
      ...page,
      items: page.items.map((item) => ({
        kind: item.kind,
        identifier: item.identifier,
        name: item.name,
        scope: toScopeRef(item.scope),
        ...(item.parent === '' ? {} : { environment: item.parent }),
      })),
    };
  });
}

/** Delegates are asked before the transaction begins: nothing waits for them while rows are locked. */
async function save(
  deps: EntityRoutesDeps,
  request: SaveRequest,
  validate: boolean,
): Promise<{ body: ReturnType<typeof toView>; action: SaveOutcome['action'] }> {
  checkDocument(request);
  if (request.document.kind === 'infrastructure')
    await requireEnvironment(deps, request.scope, request.parent);
  const warnings = await deps.checkNamespace(
    request.document,
    request.scope,
    databaseLookup(deps.database.prisma),
  );
  const keep = validate && request.document.kind === 'connector' ? await testFirst(deps, request) : null;
  const { entity, action } = await deps.database.transaction((tx) =>
    saveEntity(tx, deps.keyring, databaseLookup(tx), request),
  );
  return { body: toView(keep ? await keep(entity) : entity, warnings), action };
}

/** The test sends the secrets to the address in the document: the right to do so comes first. */
async function testFirst(
  { database, requireConnection }: EntityRoutesDeps,
  request: SaveRequest,
): ReturnType<EntityRoutesDeps['requireConnection']> {
  const targets = await requireReferences(database.prisma, databaseLookup(database.prisma), request);
  requireSecretAccess(request.actor, targets);
  return requireConnection(request.document, request.scope);
}

const parentOf = (params: PathParams): string => params['environment'] ?? '';

const addressOf = (kind: EntityKind, scope: Scope, params: PathParams): EntityAddress => ({
  kind,
  scope,
  parent: parentOf(params),
  identifier: params['identifier'] ?? '',
});

async function requireEnvironment(deps: EntityRoutesDeps, scope: Scope, identifier: string): Promise<void> {
  await getEntity(deps.database.prisma, { kind: 'environment', scope, parent: '', identifier });
}
