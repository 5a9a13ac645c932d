import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { ScopeRefSchema, TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const DelegateInstanceSchema = z.object({
  instanceId: z.string(),
  hostname: z.string(),
  version: z.string(),
  protocolVersion: z.string(),
  connected: z.boolean(),
  draining: z.boolean(),
  lastHeartbeatAt: TimestampSchema.optional(),
  connectedAt: TimestampSchema.optional(),
  runningTasks: z.int(),
  incompatible: z
    .string()
    .optional()
    .describe('Why it takes no tasks, when its version is too far from ours'),
});
export const DelegateViewSchema = z
  .object({
    name: z.string(),
    scope: ScopeRefSchema,
    connected: z.boolean(),
    tags: z.array(z.string()),
    description: z.string().optional(),
    instances: z.array(DelegateInstanceSchema),
    lastHeartbeatAt: TimestampSchema.optional(),
    createdAt: TimestampSchema,
  })
  .meta({ id: 'Delegate' });
export type DelegateView = z.infer<typeof DelegateViewSchema>;

export const DelegateTokenViewSchema = z
  .object({
    name: z.string(),
    scope: ScopeRefSchema,
    status: z.enum(['ACTIVE', 'REVOKED']),
    createdAt: TimestampSchema,
    revokedAt: TimestampSchema.optional(),
    lastUsedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'DelegateToken' });
export type DelegateTokenView = z.infer<typeof DelegateTokenViewSchema>;

export const delegateProfiles = ['cluster-admin', 'namespace-admin'] as const;
const NameParams = z.object({ name: z.string() });
const TokenNameSchema = z
  .string()
  .regex(/^[a-zA-Z0-9][-a-zA-Z0-9_.]{0,62}$/, 'A token name holds letters, digits, -, _ and . (at most 63).');
const DelegateNameSchema = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'A delegate name holds lower-case letters, digits and - (at most 63).',
  );
const base = { scope: 'S' } as const;

export const delegateRoutes = {
  list: route({
    ...base,
    tag: 'delegates',
    operationId: 'listDelegates',
    method: 'GET',
    path: '/delegates',
    summary: 'Delegates of this scope (and of those around it with includeParents)',
    permission: 'core_delegate_view',
    query: PageQuerySchema.extend({ includeParents: z.stringbool().optional() }),
    responses: { 200: pageOf(DelegateViewSchema) },
  }),
  get: route({
    ...base,
    tag: 'delegates',
    operationId: 'getDelegate',
    method: 'GET',
    path: '/delegates/:name',
    summary: 'One delegate',
    permission: 'core_delegate_view',
    params: NameParams,
    responses: { 200: DelegateViewSchema },
  }),
  remove: route({
    ...base,
    tag: 'delegates',
    operationId: 'deleteDelegate',
    method: 'DELETE',
    path: '/delegates/:name',
    summary: 'Forget a delegate that is not connected',
    permission: 'core_delegate_delete',
    params: NameParams,
    responses: { 204: z.void() },
  }),
  install: route({
    ...base,
    tag: 'delegates',
    operationId: 'getDelegateInstall',
    method: 'GET',
    path: '/delegates/install',
    summary: 'The document that installs a delegate, with a new token in place',
    permission: 'core_delegate_edit',
    query: z.object({
      type: z.literal('kubernetes').default('kubernetes'),
      name: DelegateNameSchema,
      profile: z.enum(delegateProfiles).default('cluster-admin'),
      namespace: z.string().optional().describe('The namespace a namespace admin may work in'),
      tags: z.string().optional().describe('Separated by commas'),
    }),
    produces: ['application/yaml'],
    responses: { 200: z.string() },
  }),
  listTokens: route({
    ...base,
    tag: 'delegate-tokens',
    operationId: 'listDelegateTokens',
    method: 'GET',
    path: '/delegate-tokens',
    summary: 'Delegate tokens, without their values',
    permission: 'core_delegate_view',
    query: PageQuerySchema,
    responses: { 200: pageOf(DelegateTokenViewSchema) },
  }),
  createToken: route({
    ...base,
    tag: 'delegate-tokens',
    operationId: 'createDelegateToken',
    method: 'POST',
    path: '/delegate-tokens',
    summary: 'Make a token; its value is shown this once',
    permission: 'core_delegate_edit',
    body: z.strictObject({ name: TokenNameSchema }),
    responses: { 201: DelegateTokenViewSchema.extend({ value: z.string() }) },
  }),
  revokeToken: route({
    ...base,
    tag: 'delegate-tokens',
    operationId: 'revokeDelegateToken',
    method: 'POST',
    path: '/delegate-tokens/:name/revoke',
    summary: 'Revoke a token: its delegates are disconnected at once',
    permission: 'core_delegate_edit',
    params: NameParams,
    responses: { 200: DelegateTokenViewSchema },
  }),
  removeToken: route({
    ...base,
    tag: 'delegate-tokens',
    operationId: 'deleteDelegateToken',
    method: 'DELETE',
    path: '/delegate-tokens/:name',
    summary: 'Delete a revoked token',
    permission: 'core_delegate_delete',
    params: NameParams,
    responses: { 204: z.void() },
  }),
};
