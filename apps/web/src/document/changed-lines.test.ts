import { expect, it } from 'vitest';
import { changedLines } from './changed-lines.ts';

it.each([
  ['a\nb\nc', 'a\nb\nc', []],
  ['a\nb\nc', 'a\nx\nc', [1]],
  ['a\nc', 'a\nb\nc\nd', [1, 3]],
  ['a\nb\nc\nd', 'a\nd', []],
  ['', 'a\nb', [0, 1]],
])('of %j against %j marks %j', (before, after, lines) =>
  expect([...changedLines(before, after)]).toEqual(lines),
);
