import { z } from 'zod';

export const SelectorsSchema = z
  .array(z.string().min(1).max(128))
  .max(32)
  .describe('Tags that a delegate must all have');
