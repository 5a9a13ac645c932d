import { z } from 'zod';
import { PageQuerySchema, pageOf } from './page.ts';
import { TimestampSchema } from './view-fields.ts';
import { route } from './route.ts';

export const releaseStatuses = ['in-progress', 'succeeded', 'failed', 'rolled-back'] as const;

export const ReleaseViewSchema = z
  .object({
    name: z.string(),
    number: z.int(),
    status: z.enum(releaseStatuses),
    service: z.string(),
    environment: z.string(),
    infrastructure: z.string(),
    namespace: z.string(),
    executionId: z.string(),
    node: z.string(),
    createdAt: TimestampSchema,
    endedAt: TimestampSchema.optional(),
    inventory: z.array(
      z.object({
        apiVersion: z.string(),
        kind: z.string(),
        namespace: z.string().optional(),
        name: z.string(),
        uid: z.string().optional(),
        action: z.string().optional(),
      }),
    ),
    images: z.array(z.string()),
  })
  .meta({ id: 'Release' });
export type ReleaseView = z.infer<typeof ReleaseViewSchema>;

export const releaseRoutes = {
  list: route({
    operationId: 'listReleases',
    scope: 'S',
    method: 'GET',
    path: '/services/:identifier/releases',
    tag: 'releases',
    summary: 'Releases of a service, the newest first',
    permission: 'core_service_view',
    params: z.object({ identifier: z.string() }),
    query: PageQuerySchema.extend({
      environment: z.string().optional(),
      infrastructure: z.string().optional(),
    }),
    responses: { 200: pageOf(ReleaseViewSchema) },
  }),
};
