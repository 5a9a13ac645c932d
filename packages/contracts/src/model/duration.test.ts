import { describe, expect, it } from 'vitest';
import { durationSchema, formatDuration, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['10m', 600_000],
    ['1h 30m', 5_400_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
    ['53w', 53 * 604_800_000],
    [' 5s ', 5000],
  ])('%j is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '0m', '10', 'm', '10 m', '1.5h', '54w', '-5m', '10ms', '1h  30m'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );

  it.each([
    [5_400_000, '1h 30m'],
    [0, '0s'],
    [604_801_000, '1w 1s'],
  ])('%d ms is written %j', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('leaves an expression to the run, and says what is too short', () => {
    const schema = durationSchema(10_000);
    expect(schema.safeParse('<+pipeline.variables.wait>').success).toBe(true);
    expect(schema.safeParse('9s').error?.issues[0]?.message).toBe('The shortest duration here is 10s.');
    expect(schema.safeParse('soon').error?.issues[0]?.message).toContain('Write a duration such as 10m');
  });
});
