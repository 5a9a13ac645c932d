import { z } from 'zod';
import { StatusSchema } from '../model/status.ts';

export const TimestampSchema = z.string().describe('ISO 8601, UTC');

export const ProblemSchema = z
  .object({
    type: z.string().describe('Address of the page that explains the code'),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    instance: z.string().describe('Request id, also in the header x-request-id'),
    hint: z.string().optional(),
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
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Structured facts of this code, such as who uses an entity'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof ProblemSchema>;

export const PageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
  search: z.string().max(200).optional().describe('Part of the name or identifier, case ignored'),
  sort: z.string().max(64).optional().describe('Field, with - in front for descending: name, -updatedAt'),
});

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().optional(),
    total: z.int().describe('Of all pages, with the same filters'),
  });

export const ActorRefSchema = z
  .object({ type: z.enum(['user', 'api-key', 'system']), id: z.string(), name: z.string() })
  .meta({ id: 'ActorRef' });
export type ActorRef = z.infer<typeof ActorRefSchema>;

export const ScopeRefSchema = z.object({ org: z.string().optional(), project: z.string().optional() });

export { StatusSchema };
