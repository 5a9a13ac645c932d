import { z } from 'zod';

export const TimestampSchema = z.string().describe('ISO 8601, UTC');

export const ActorRefSchema = z
  .object({ type: z.enum(['user', 'api-key', 'system']), id: z.string(), name: z.string() })
  .meta({ id: 'ActorRef' });
export type ActorRef = z.infer<typeof ActorRefSchema>;

export const ScopeRefSchema = z.object({ org: z.string().optional(), project: z.string().optional() });
