import { z } from 'zod';
import { VariableNameSchema } from '../ids.ts';

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
