import { z } from 'zod';
import { builtInRoles, permissions } from '../permissions.ts';
import { PageQuerySchema, pageOf } from './page.ts';
import { ScopeRefSchema, TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const SessionViewSchema = z
  .object({
    actor: z.object({
      type: z.enum(['user', 'api-key']),
      id: z.string(),
      name: z.string(),
      email: z.string().optional(),
    }),
    mustSetPassword: z.boolean(),
    roles: z.array(z.object({ role: z.enum(builtInRoles), scope: ScopeRefSchema })),
    permissions: z.array(z.enum(permissions)).describe('Held at account scope, or in any scope of the roles'),
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof SessionViewSchema>;

export const ApiKeyViewSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string(),
    role: z.enum(builtInRoles),
    scope: ScopeRefSchema,
    createdAt: TimestampSchema,
    expiresAt: TimestampSchema.optional(),
    lastUsedAt: TimestampSchema.optional(),
    revokedAt: TimestampSchema.optional(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKeyView = z.infer<typeof ApiKeyViewSchema>;

const PasswordSchema = z.string().min(1).max(256);
const root = { scope: 'root', tag: 'identity' } as const;
const keys = { scope: 'S', tag: 'api-keys' } as const;

export const identityRoutes = {
  signIn: route({
    ...root,
    operationId: 'signIn',
    method: 'POST',
    path: '/sessions',
    summary: 'Sign in with e-mail address and password; sets the session cookie',
    permission: 'public',
    body: z.strictObject({ email: z.email().max(254), password: PasswordSchema }),
    responses: { 201: SessionViewSchema },
  }),
  signInByLink: route({
    ...root,
    operationId: 'signInByLink',
    method: 'POST',
    path: '/sessions/link',
    summary: 'Sign in with a one-time link',
    permission: 'public',
    body: z.strictObject({ token: z.string().min(1).max(256) }),
    responses: { 201: SessionViewSchema },
  }),
  session: route({
    ...root,
    operationId: 'getSession',
    method: 'GET',
    path: '/sessions/current',
    summary: 'Who am I, and what may I do',
    permission: 'signed-in',
    responses: { 200: SessionViewSchema },
  }),
  signOut: route({
    ...root,
    operationId: 'signOut',
    method: 'DELETE',
    path: '/sessions/current',
    summary: 'Sign out',
    permission: 'signed-in',
    responses: { 204: z.void() },
  }),
  setPassword: route({
    ...root,
    operationId: 'setPassword',
    method: 'PUT',
    path: '/users/current/password',
    summary: 'Set the own password (and e-mail address at the first sign-in); other sessions end',
    permission: 'signed-in',
    body: z.strictObject({
      password: PasswordSchema,
      currentPassword: PasswordSchema.optional(),
      email: z.email().max(254).optional(),
      name: z.string().max(128).optional(),
    }),
    responses: { 200: SessionViewSchema },
  }),
  listKeys: route({
    ...keys,
    operationId: 'listApiKeys',
    method: 'GET',
    path: '/api-keys',
    summary: 'API keys of this scope, without their values',
    permission: 'core_serviceaccount_view',
    query: PageQuerySchema,
    responses: { 200: pageOf(ApiKeyViewSchema) },
  }),
  createKey: route({
    ...keys,
    operationId: 'createApiKey',
    method: 'POST',
    path: '/api-keys',
    summary: 'Make an API key; its value is shown this once',
    permission: 'core_serviceaccount_manageapikey',
    body: z.strictObject({
      name: z.string().min(1).max(128),
      role: z.enum(builtInRoles),
      expiresInDays: z.int().min(1).max(3650).optional().describe('30 when left out'),
    }),
    responses: { 201: ApiKeyViewSchema.extend({ value: z.string() }) },
  }),
  revokeKey: route({
    ...keys,
    operationId: 'revokeApiKey',
    method: 'DELETE',
    path: '/api-keys/:id',
    summary: 'Revoke an API key',
    permission: 'core_serviceaccount_manageapikey',
    params: z.object({ id: z.string() }),
    responses: { 204: z.void() },
  }),
};
