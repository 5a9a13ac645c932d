import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { ActorRefSchema, ScopeRefSchema, TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const SandboxViewSchema = z
  .object({
    phase: z.enum(['off', 'tools', 'starting', 'ready', 'failed', 'stopped']),
    message: z.string(),
    hint: z.string().optional(),
    steps: z.array(
      z.object({
        name: z.string(),
        state: z.enum(['waiting', 'running', 'done', 'failed']),
        startedAt: z.string().optional(),
        endedAt: z.string().optional(),
        detail: z.string().optional(),
      }),
    ),
    kubernetesVersion: z.string().optional(),
  })
  .meta({ id: 'Sandbox' });
export type SandboxView = z.infer<typeof SandboxViewSchema>;

export const AuditEventSchema = z
  .object({
    id: z.string(),
    at: TimestampSchema,
    actor: ActorRefSchema,
    action: z.string(),
    resource: z.object({ kind: z.string(), identifier: z.string(), name: z.string().optional() }),
    scope: ScopeRefSchema,
    requestId: z.string().optional(),
    before: z.string().optional().describe('YAML'),
    after: z.string().optional().describe('YAML'),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventView = z.infer<typeof AuditEventSchema>;

export const systemRoutes = {
  info: route({
    operationId: 'getInstallation',
    scope: 'root',
    method: 'GET',
    path: '/installation',
    tag: 'system',
    summary: 'Version and first-run state of this installation',
    permission: 'public',
    responses: {
      200: z.object({
        version: z.string(),
        bootstrapped: z.boolean().describe('False until the administrator has set a password'),
      }),
    },
  }),
  sandbox: route({
    operationId: 'getSandbox',
    scope: 'root',
    method: 'GET',
    path: '/sandbox',
    tag: 'system',
    summary: 'How far the sandbox cluster is',
    permission: 'signed-in',
    responses: { 200: SandboxViewSchema },
  }),
  audit: route({
    operationId: 'listAuditEvents',
    scope: 'S',
    method: 'GET',
    path: '/audit-events',
    tag: 'audit',
    summary: 'What was changed, by whom',
    permission: 'core_audit_view',
    query: PageQuerySchema.extend({ kind: z.string().optional(), identifier: z.string().optional() }),
    responses: { 200: pageOf(AuditEventSchema) },
  }),
};
