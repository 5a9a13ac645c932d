import { expect, it } from 'vitest';
import { fitLines, mostBytes, mostLines, truncationNotice } from './log-limits.ts';

const empty = { lines: 0, bytes: 0, truncated: false };
const line = (text: string) => ({ at: '2026-01-02T03:04:05.000Z', level: 'info' as const, text });

it('keeps what fits', () => {
  const { kept, after } = fitLines(empty, [line('a'), line('bc')]);
  expect(kept.map(({ text }) => text)).toEqual(['a', 'bc']);
  expect(after).toEqual({ lines: 2, bytes: 5, truncated: false });
});

it('ends a section that has too many lines with a notice, once', () => {
  const full = { lines: mostLines - 1, bytes: 10, truncated: false };
  const { kept, after } = fitLines(full, [line('last'), line('too many'), line('far too many')]);
  expect(kept.map(({ text }) => text)).toEqual(['last', truncationNotice]);
  expect(after).toMatchObject({ lines: mostLines + 1, truncated: true });
  expect(fitLines(after, [line('later')])).toEqual({ kept: [], after });
});

it('counts bytes, not characters', () => {
  const nearly = { lines: 1, bytes: mostBytes - 4, truncated: false };
  expect(fitLines(nearly, [line('abc')]).after.truncated).toBe(false);
  expect(fitLines(nearly, [line('äöü')]).after.truncated).toBe(true);
});
