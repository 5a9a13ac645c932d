import { z } from 'zod';

/** Where an entity lives. Visibility is downward only: a project sees its own, its organization's and the account's. */
export const ScopeSchema = z.discriminatedUnion('level', [
  z.object({ level: z.literal('account') }),
  z.object({ level: z.literal('org'), org: z.string() }),
  z.object({ level: z.literal('project'), org: z.string(), project: z.string() }),
]);
export type Scope = z.infer<typeof ScopeSchema>;
