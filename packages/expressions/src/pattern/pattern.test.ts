import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../errors.ts';
import { Budget, defaultLimits } from '../limits.ts';
import { Pattern } from './pattern.ts';

interface Case {
  readonly pattern: string;
  readonly text: string;
  readonly find?: string;
  readonly bad?: string;
}

// The file is written for this shape; a wrong one fails its own test.
const cases = JSON.parse(
  readFileSync(new URL('../../testdata/patterns.json', import.meta.url), 'utf8'),
) as Case[];
const budget = (): Budget => new Budget(defaultLimits);

/** What was thrown, unless it was a Failure. */
function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error instanceof Failure ? undefined : error;
  }
  return undefined;
}

describe('Pattern', () => {
  it.each(cases.filter(({ bad }) => bad === undefined))(
    '$pattern finds $find in $text',
    ({ pattern, text, find }) => {
      expect(new Pattern(pattern, budget()).find(text)?.groups[0]).toBe(find);
    },
  );

  it.each(cases.filter(({ bad }) => bad !== undefined))('refuses $pattern', ({ pattern, bad }) => {
    expect(() => new Pattern(pattern, budget())).toThrow(bad);
  });

  it('agrees with the host on what both understand', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '(a)', '(a|b)', '(?:ab)', '\\w');
    const piece = fc
      .tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '*?', '+?'))
      .map((parts) => parts.join(''));
    const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 10 }),
        (source, text) => {
          const match = new RegExp(source).exec(text);
          const found = new Pattern(source, budget()).find(text);
          expect(found?.groups[0]).toBe(match?.[0]);
          expect(found?.start).toBe(match?.index);
          expect(new Pattern(source, budget()).matches(text)).toBe(new RegExp(`^(?:${source})$`).test(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('stays within its budget where a backtracking engine would run for ever', () => {
    const text = 'a'.repeat(50_000);
    expect(new Pattern('(a+)+$', budget()).matches(text)).toBe(true);
    expect(new Pattern('(a|a)*b', budget()).matches(text)).toBe(false);
    expect(() => new Pattern('(.*a){20}b', budget()).matches('a'.repeat(50_000))).toThrow(Failure);
  });

  it('never fails in another way than with a Failure', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...Array.from('ab()[]{}*+?|^$\\.-,0123pdw:<=!i')) }),
        fc.string(),
        (source, text) => {
          expect(failureOf(() => new Pattern(source, budget()).find(text))).toBeUndefined();
        },
      ),
      { numRuns: 3000 },
    );
  });
});
