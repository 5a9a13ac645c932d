import { z } from 'zod';
import { ErrorTypeSchema } from './failure-strategy.ts';

export const ObjectRefSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
export type ObjectRef = z.infer<typeof ObjectRefSchema>;

/** One piece of proof: an event, log lines, a status or a refused request, as text that is already masked. */
export const EvidenceSchema = z.object({
  kind: z.enum(['event', 'log', 'status', 'response']),
  text: z.string(),
  at: z.string().optional().describe('ISO 8601'),
  object: ObjectRefSchema.optional(),
});
export type Evidence = z.infer<typeof EvidenceSchema>;

/** Why something fails or is about to. A `warning` says until when it is waited for. */
export const CauseSchema = z.object({
  code: z.string().describe('Closed list of packages/readiness and the delegate, such as image.not_found'),
  severity: z.enum(['fatal', 'warning']),
  title: z.string().describe('One line: The image of container "web" cannot be pulled'),
  message: z.string(),
  object: ObjectRefSchema.optional(),
  evidence: z.array(EvidenceSchema),
  hints: z.array(z.string()).describe('What to do, most likely first'),
  since: z.string().optional().describe('ISO 8601'),
  until: z.string().optional().describe('ISO 8601: when a warning becomes fatal'),
  remedyYaml: z.string().optional().describe('A document that mends it, such as the missing Role'),
});
export type Cause = z.infer<typeof CauseSchema>;

export const FailureSchema = z.object({
  code: z.string().describe('noun.problem, stable'),
  errorType: ErrorTypeSchema.describe('What failure strategies select by'),
  message: z.string(),
  causes: z.array(CauseSchema),
  evidence: z.array(EvidenceSchema),
  hints: z.array(z.string()),
});
export type Failure = z.infer<typeof FailureSchema>;
