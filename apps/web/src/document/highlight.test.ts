import { expect, it } from 'vitest';
import { highlightYaml } from './highlight.ts';

const kinds = (text: string) =>
  highlightYaml(text).map((line) =>
    line.filter((piece) => piece.text.trim() !== '').map((piece) => `${piece.kind}:${piece.text.trim()}`),
  );

it('tells keys, values and comments apart', () => {
  expect(kinds('# top\na: b # why\n- c: "x: y"\n- d')).toEqual([
    ['comment:# top'],
    ['key:a', 'mark::', 'value:b', 'comment:# why'],
    ['mark:-', 'key:c', 'mark::', 'value:"x: y"'],
    ['mark:-', 'value:d'],
  ]);
});

it('leaves the text of a block alone', () => {
  expect(kinds('a: |\n  k: v\n\n  # no comment\nb: c')).toEqual([
    ['key:a', 'mark::', 'value:|'],
    ['plain:k: v'],
    [],
    ['plain:# no comment'],
    ['key:b', 'mark::', 'value:c'],
  ]);
});

it('loses no character', () => {
  const text = 'x:\n  - y: {a: 1}\n    url: https://host:6443\n  "q": \'z\'\n';
  expect(
    highlightYaml(text)
      .map((line) => line.map((piece) => piece.text).join(''))
      .join('\n'),
  ).toBe(text);
});
