import { z } from 'zod';

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
