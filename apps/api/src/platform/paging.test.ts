import { expect, test } from 'vitest';
import { AppError } from './fail.ts';
import { decodeCursor, encodeCursor, keyset, parseSort, toPage } from './paging.ts';

const byName = { field: 'name', direction: 'asc' } as const;

test('a cursor gives its position back', () => {
  const position = { value: 'naïve "name"', id: 'x' };
  expect(decodeCursor(byName, encodeCursor(byName, position))).toEqual(position);
  expect(decodeCursor(byName, undefined)).toBeUndefined();
});

test.each([
  ['nonsense', 'nonsense'],
  ['an empty text', ''],
  ['JSON of another shape', Buffer.from('{"a":1}').toString('base64url')],
  ['a cursor of another order', encodeCursor({ field: 'name', direction: 'desc' }, { value: 'a', id: 'a' })],
])('%s is not a cursor', (_, cursor) => {
  expect(() => decodeCursor(byName, cursor)).toThrow(expect.objectContaining({ code: 'cursor.invalid' }));
});

test('a list is sorted by what it offers only', () => {
  const fields = ['name', 'createdAt'] as const;
  expect(parseSort('-createdAt', fields, byName)).toEqual({ field: 'createdAt', direction: 'desc' });
  expect(parseSort(undefined, fields, byName)).toEqual(byName);
  expect(() => parseSort('password', fields, byName)).toThrow(AppError);
  expect(() => parseSort('constructor', fields, byName)).toThrow(AppError);
});

test('the rows after a position come in both columns of the order', () => {
  const cursor = encodeCursor(byName, { value: 'b', id: '2' });
  expect(keyset({ sort: byName, cursor, limit: 10, idField: 'id' })).toEqual({
    where: { OR: [{ name: { gt: 'b' } }, { name: 'b', id: { gt: '2' } }] },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
    take: 11,
  });
});

test('a page keeps as many rows as asked for and says where the next one begins', () => {
  const rows = ['a', 'b', 'c'];
  const page = (limit: number) =>
    toPage({
      rows: rows.slice(0, limit + 1),
      limit,
      total: 3,
      sort: byName,
      positionOf: (row) => ({ value: row, id: row }),
      toItem: (row) => row,
    });
  const first = page(2);
  expect(first.items).toEqual(['a', 'b']);
  expect(decodeCursor(byName, first.nextCursor)).toEqual({ value: 'b', id: 'b' });
  expect(page(3)).toEqual({ items: rows, total: 3 });
});
