import { z } from 'zod';

/** RFC 9457, with a stable code. */
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
