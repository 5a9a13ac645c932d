import { z } from 'zod';
import { SecretIdentifierSchema } from '../ids.ts';
import { documentFields } from './document-fields.ts';

export const SecretSchema = z.strictObject({
  ...documentFields,
  identifier: SecretIdentifierSchema,
  type: z.literal('SecretText', { error: 'Only SecretText is supported yet.' }),
  spec: z.strictObject({
    secretManagerIdentifier: z
      .literal('harnessSecretManager', { error: 'Only the built-in harnessSecretManager is supported yet.' })
      .optional(),
    valueType: z.literal('Inline', { error: 'Only inline values are supported yet.' }).optional(),
    value: z
      .string()
      .min(1)
      .max(1_048_576)
      .nullish()
      .describe('Written, never read back. Left out on an update: the value stays.'),
  }),
});
export type Secret = z.infer<typeof SecretSchema>;

export const SecretDocumentSchema = z.strictObject({ secret: SecretSchema });
