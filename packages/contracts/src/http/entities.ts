import { z } from 'zod';
import { entityKindNames, entityKinds } from '../model/entity-kinds.ts';
import type { EntityKind } from '../model/entity-kinds.ts';
import type { Permission } from '../permissions.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { ActorRefSchema, ScopeRefSchema, TimestampSchema } from './view-fields.ts';
import { ConnectivitySchema } from './connection-tests.ts';
import { route } from './route.ts';

export const EntityViewSchema = z
  .object({
    kind: z.enum(entityKindNames),
    identifier: z.string(),
    name: z.string(),
    description: z.string().optional(),
    tags: z.record(z.string(), z.string()),
    type: z.string().describe("The document's own type: K8sCluster, Kubernetes, Production, ..."),
    scope: ScopeRefSchema,
    environment: z.string().optional().describe('Of an infrastructure definition: its environment'),
    yaml: z
      .string()
      .describe('The document as it was written, comments and key order kept; of a secret without its value'),
    version: z.int(),
    createdAt: TimestampSchema,
    createdBy: ActorRefSchema,
    updatedAt: TimestampSchema,
    updatedBy: ActorRefSchema,
    connectivity: ConnectivitySchema.optional().describe('Of a connector: what its last test said'),
    warnings: z.array(z.string()).optional().describe('Said at this save only'),
  })
  .meta({ id: 'Entity' });
export type EntityView = z.infer<typeof EntityViewSchema>;

/** A list's entry: without the document. */
export const EntitySummarySchema = EntityViewSchema.omit({ yaml: true, warnings: true }).meta({
  id: 'EntitySummary',
});
export type EntitySummary = z.infer<typeof EntitySummarySchema>;

export const ReferrerSchema = z
  .object({
    kind: z.enum(entityKindNames),
    identifier: z.string(),
    name: z.string(),
    scope: ScopeRefSchema,
    environment: z.string().optional(),
  })
  .meta({ id: 'Referrer' });
export type Referrer = z.infer<typeof ReferrerSchema>;

const IdentifierParams = z.object({ identifier: z.string() });
const EnvironmentParams = z.object({ environment: z.string() });
const EnvironmentAndIdentifierParams = z.object({ environment: z.string(), identifier: z.string() });

const EntityListQuerySchema = PageQuerySchema.extend({
  includeParents: z
    .stringbool()
    .optional()
    .describe('Also those of the scopes around this one, which may be referred to'),
  type: z.string().optional().describe('Only documents of this type'),
});

const SaveQuerySchema = z.object({
  validate: z.stringbool().optional().describe('Of a connector: save only if its connection test passes'),
});
const DeleteQuerySchema = z.object({
  force: z.stringbool().optional().describe('Delete although others refer to it'),
});

const permissionOf = (kind: EntityKind, action: 'view' | 'edit' | 'delete'): Permission =>
  // Every kind's noun has these three permissions; a test of the catalogue holds it to that.
  `core_${entityKinds[kind].permission}_${action}` as Permission;

/** The five operations that every entity kind has. */
export function entityRoutes(kind: EntityKind) {
  const facts = entityKinds[kind];
  const nested = kind === 'infrastructure';
  const collection = nested ? '/environments/:environment/infrastructures' : `/${facts.collection}`;
  const one = `${collection}/:identifier`;
  const scope = facts.scopes === 'project' ? ('P' as const) : ('S' as const);
  const noun = facts.title.toLowerCase();
  const suffix = kind.charAt(0).toUpperCase() + kind.slice(1);
  const collectionParams = nested ? { params: EnvironmentParams } : {};
  const oneParams = { params: nested ? EnvironmentAndIdentifierParams : IdentifierParams };
  const base = { scope, tag: facts.collection } as const;
  return {
    list: route({
      ...base,
      ...collectionParams,
      operationId: `list${suffix}s`,
      method: 'GET',
      path: collection,
      summary: `List of ${noun}s`,
      permission: permissionOf(kind, 'view'),
      query: EntityListQuerySchema,
      responses: { 200: pageOf(EntitySummarySchema) },
    }),
    create: route({
      ...base,
      ...collectionParams,
      operationId: `create${suffix}`,
      method: 'POST',
      path: collection,
      summary: `Create a ${noun}`,
      permission: permissionOf(kind, 'edit'),
      query: SaveQuerySchema,
      rawBody: 'document',
      responses: { 201: EntityViewSchema },
    }),
    get: route({
      ...base,
      ...oneParams,
      operationId: `get${suffix}`,
      method: 'GET',
      path: one,
      summary: `One ${noun}; its YAML with Accept: application/yaml`,
      permission: permissionOf(kind, 'view'),
      produces: ['application/json', 'application/yaml'],
      responses: { 200: EntityViewSchema },
    }),
    put: route({
      ...base,
      ...oneParams,
      operationId: `put${suffix}`,
      method: 'PUT',
      path: one,
      summary: `Create or replace a ${noun}; honours If-Match`,
      permission: permissionOf(kind, 'edit'),
      query: SaveQuerySchema,
      rawBody: 'document',
      responses: { 200: EntityViewSchema, 201: EntityViewSchema },
    }),
    remove: route({
      ...base,
      ...oneParams,
      operationId: `delete${suffix}`,
      method: 'DELETE',
      path: one,
      summary: `Delete a ${noun}; refused while it is referred to, unless force=true`,
      permission: permissionOf(kind, 'delete'),
      query: DeleteQuerySchema,
      responses: { 204: z.void() },
    }),
    usedBy: route({
      ...base,
      ...oneParams,
      operationId: `list${suffix}Referrers`,
      method: 'GET',
      path: `${one}/used-by`,
      summary: `Who refers to this ${noun}`,
      permission: permissionOf(kind, 'view'),
      query: PageQuerySchema,
      responses: { 200: pageOf(ReferrerSchema) },
    }),
  };
}

export const ApplyResultSchema = z.object({
  index: z.int().describe('Position in the stream, from 0'),
  kind: z.enum(entityKindNames).optional(),
  identifier: z.string().optional(),
  action: z.enum(['created', 'updated', 'unchanged', 'failed', 'not-tried']),
  version: z.int().optional(),
  warnings: z.array(z.string()).optional(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      errors: z
        .array(
          z.object({
            pointer: z.string().optional(),
            line: z.int().optional(),
            column: z.int().optional(),
            message: z.string(),
          }),
        )
        .optional(),
    })
    .optional(),
});
export type ApplyResult = z.infer<typeof ApplyResultSchema>;

export const applyRoutes = {
  apply: route({
    operationId: 'apply',
    scope: 'S',
    method: 'POST',
    path: '/apply',
    tag: 'apply',
    summary: 'Save a stream of documents, ordered by reference: all or nothing, one result a document',
    // Each document is checked against the permission of its own kind.
    permission: 'signed-in',
    query: z.object({ dryRun: z.stringbool().optional() }),
    rawBody: 'documents',
    responses: {
      200: z.object({ applied: z.boolean(), results: z.array(ApplyResultSchema) }),
      422: z.object({ applied: z.boolean(), results: z.array(ApplyResultSchema) }),
    },
  }),
};
