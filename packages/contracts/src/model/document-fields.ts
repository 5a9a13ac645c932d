import { z } from 'zod';
import { IdentifierSchema, NameSchema } from '../ids.ts';

export const TagsSchema = z
  .record(z.string().max(128), z.coerce.string().max(256))
  .describe('Free labels: key to value, the value may be empty');

/** What every document carries. `orgIdentifier` and `projectIdentifier` may be left out: the URL says them. */
export const documentFields = {
  name: NameSchema,
  identifier: IdentifierSchema,
  description: z.string().max(4096).nullish(),
  tags: TagsSchema.nullish(),
  orgIdentifier: z.string().optional(),
  projectIdentifier: z.string().optional(),
} as const;
