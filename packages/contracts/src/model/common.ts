import { z } from 'zod';
import { IdentifierSchema, NameSchema, VariableNameSchema } from '../ids.ts';

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

/** `x`, `org.x` or `account.x`. */
export const ReferenceSchema = z
  .string()
  .regex(/^((account|org)\.)?[a-zA-Z_][-0-9a-zA-Z_]{0,127}$/, 'Write a reference as x, org.x or account.x.');

/** A reference, or text with an expression that gives one. */
export const ReferenceOrExpressionSchema = z.union([z.string().regex(/<\+/), ReferenceSchema]);

export const SelectorsSchema = z
  .array(z.string().min(1).max(128))
  .max(32)
  .describe('Tags that a delegate must all have');

export const VariableSchema = z.strictObject({
  name: VariableNameSchema,
  type: z.enum(['String', 'Number', 'Secret']),
  value: z.union([z.string(), z.number()]).optional(),
  default: z.union([z.string(), z.number()]).optional(),
  description: z.string().nullish(),
  required: z.boolean().optional(),
});
export type Variable = z.infer<typeof VariableSchema>;

export const VariablesSchema = z.array(VariableSchema).max(500);
