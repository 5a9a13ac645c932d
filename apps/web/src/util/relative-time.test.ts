import { describe, expect, it } from 'vitest';
import { durationText, relativeTime } from './relative-time.ts';

describe('relative times', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  it.each([
    ['2026-11-21T11:59:58Z', 'just now'],
    ['2026-11-21T11:59:20Z', '40 s ago'],
    ['2026-11-21T11:48:00Z', '12 min ago'],
    ['2026-11-21T07:00:00Z', '5 h ago'],
    ['2026-11-19T11:00:00Z', '2 d ago'],
    ['2026-11-21T12:03:30Z', 'in 3 min'],
    ['not a time', ''],
  ])('reads %s as %s', (at, text) => expect(relativeTime(at, now)).toBe(text));
});

describe('durations', () => {
  it.each([
    [12, '12 ms'],
    [420, '0.4 s'],
    [1999, '1.9 s'],
    [32_400, '32 s'],
    [245_000, '4 min 05 s'],
    [3_720_000, '1 h 02 min'],
    [-4, '0 ms'],
  ])('writes %d ms as %s', (ms, text) => expect(durationText(ms)).toBe(text));
});
