import { z } from 'zod';
import { fail } from './fail.ts';

export interface Sort<Field extends string> {
  readonly field: Field;
  readonly direction: 'asc' | 'desc';
}

/** Where the last page ended: the sort value and the unique id of its last row. */
export interface Position {
  readonly value: string | number;
  readonly id: string;
}

const PositionSchema = z.tuple([z.string(), z.union([z.string(), z.number()]), z.string()]);

/** An opaque text for a position in a list of this order. */
export function encodeCursor(sort: Sort<string>, position: Position): string {
  return Buffer.from(JSON.stringify([orderOf(sort), position.value, position.id])).toString('base64url');
}

/** Reads a cursor. Fails with `cursor.invalid` when it is not one, or belongs to another order of the list. */
export function decodeCursor(sort: Sort<string>, cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const parsed = PositionSchema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success || parsed.data[0] !== orderOf(sort)) {
    fail('cursor.invalid', 'The cursor does not belong to this list.', {
      hint: 'Take nextCursor of the answer before, and keep sort and filters as they were.',
    });
  }
  const [, value, id] = parsed.data;
  return { value, id };
}

/** Reads `name` or `-updatedAt`. Fails when the list cannot be sorted by it. */
export function parseSort<Field extends string>(
  text: string | undefined,
  fields: readonly Field[],
  otherwise: Sort<Field>,
): Sort<Field> {
  if (text === undefined) return otherwise;
  const name = text.startsWith('-') ? text.slice(1) : text;
  const field = fields.find((candidate) => candidate === name);
  if (field === undefined) {
    const message = `This list is sorted by ${fields.join(', ')}; a - in front turns the order round.`;
    fail('request.invalid', message, { errors: [{ pointer: 'sort', message }] });
  }
  return { field, direction: text.startsWith('-') ? 'desc' : 'asc' };
}

export interface KeysetOptions<Field extends string> {
  readonly sort: Sort<Field>;
  readonly cursor: string | undefined;
  readonly limit: number;
  /** The column that makes the order total, with the same direction. */
  readonly idField: string;
  /** Turns the cursor's value into what the column holds, such as a Date. */
  readonly toColumn?: (value: string | number) => unknown;
}

/** `where`, `orderBy` and `take` of a Prisma query that reads one row more than the page, to know if there is another. */
export function keyset<Field extends string>(
  options: KeysetOptions<Field>,
): { where: Record<string, unknown>; orderBy: Record<string, 'asc' | 'desc'>[]; take: number } {
  const { sort, idField, limit } = options;
  const position = decodeCursor(sort, options.cursor);
  const orderBy =
    sort.field === idField
      ? [{ [idField]: sort.direction }]
      : [{ [sort.field]: sort.direction }, { [idField]: sort.direction }];
  if (position === undefined) return { where: {}, orderBy, take: limit + 1 };
  const past = sort.direction === 'asc' ? 'gt' : 'lt';
  const afterId = { [idField]: { [past]: position.id } };
  if (sort.field === idField) return { where: afterId, orderBy, take: limit + 1 };
  const value = options.toColumn === undefined ? position.value : options.toColumn(position.value);
  return {
    where: { OR: [{ [sort.field]: { [past]: value } }, { [sort.field]: value, ...afterId }] },
    orderBy,
    take: limit + 1,
  };
}

/** Cuts the row too many and names the place of the last one kept. */
export function toPage<Row, Item>(options: {
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly total: number;
  readonly sort: Sort<string>;
  readonly positionOf: (row: Row) => Position;
  readonly toItem: (row: Row) => Item;
}): { items: Item[]; total: number; nextCursor?: string } {
  const kept = options.rows.slice(0, options.limit);
  const last = kept.at(-1);
  const more = options.rows.length > options.limit && last !== undefined;
  return {
    items: kept.map(options.toItem),
    total: options.total,
    ...(more ? { nextCursor: encodeCursor(options.sort, options.positionOf(last)) } : {}),
  };
}

function orderOf(sort: Sort<string>): string {
  return `${sort.direction === 'desc' ? '-' : ''}${sort.field}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
