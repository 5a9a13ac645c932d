import type { CharacterSet } from './syntax.ts';

type Range = readonly [number, number];

const digit: readonly Range[] = [[0x30, 0x39]];
const word: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const space: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
];
const lineEnds: readonly Range[] = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x85, 0x85],
  [0x2028, 0x2029],
];

export function setOf(ranges: readonly Range[], negated = false): CharacterSet {
  return { ranges, classes: [], negated };
}

export const anyCharacter = setOf([], true);
export const anyButLineEnd = setOf(lineEnds, true);

/** `\d` and its kin, as in Java ASCII only. */
export const shorthands: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', setOf(digit)],
  ['D', setOf(digit, true)],
  ['w', setOf(word)],
  ['W', setOf(word, true)],
  ['s', setOf(space)],
  ['S', setOf(space, true)],
]);

const unicode = (pattern: RegExp): CharacterSet => ({
  ranges: [],
  classes: [(codePoint) => pattern.test(String.fromCodePoint(codePoint))],
  negated: false,
});

/** The names that `\p{..}` knows. */
export const properties: ReadonlyMap<string, CharacterSet> = new Map([
  ['Lower', setOf([[0x61, 0x7a]])],
  ['Upper', setOf([[0x41, 0x5a]])],
  [
    'Alpha',
    setOf([
      [0x41, 0x5a],
      [0x61, 0x7a],
    ]),
  ],
  ['Digit', setOf(digit)],
  [
    'Alnum',
    setOf([
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x61, 0x7a],
    ]),
  ],
  [
    'Punct',
    setOf([
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ]),
  ],
  ['Space', setOf(space)],
  ['L', unicode(/^\p{L}$/u)],
  ['Lu', unicode(/^\p{Lu}$/u)],
  ['Ll', unicode(/^\p{Ll}$/u)],
  ['N', unicode(/^\p{N}$/u)],
]);

export function contains(set: CharacterSet, codePoint: number): boolean {
  const inside =
    set.ranges.some(([low, high]) => codePoint >= low && codePoint <= high) ||
    set.classes.some((test) => test(codePoint));
  return inside !== set.negated;
}

export function isWord(codePoint: number | undefined): boolean {
  return codePoint !== undefined && contains(setOf(word), codePoint);
}
