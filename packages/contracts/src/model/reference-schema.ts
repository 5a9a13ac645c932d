import { z } from 'zod';

/** `x`, `org.x` or `account.x`. */
export const ReferenceSchema = z
  .string()
  .regex(/^((account|org)\.)?[a-zA-Z_][-0-9a-zA-Z_]{0,127}$/, 'Write a reference as x, org.x or account.x.');

/** A reference, or text with an expression that gives one. */
export const ReferenceOrExpressionSchema = z.union([z.string().regex(/<\+/), ReferenceSchema]);
