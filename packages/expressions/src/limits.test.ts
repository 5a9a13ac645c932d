import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DeferredText,
  evaluateCondition,
  evaluateTemplate,
  expressionErrorCodes,
  parseRuntimeInput,
  parseTemplate,
  resolveTree,
  scopeOf,
} from './index.ts';
import type { EvaluateResult, ScopeMap } from './index.ts';

const plain: ScopeMap = {
  a: 1,
  b: 'text',
  list: [1, [2], { c: 3 }],
  map: { d: { e: true } },
  body: '{"x":[1,2,{"y":null}]}',
};
const scope = scopeOf(plain);

function codeOf(text: string, roots: ScopeMap = plain): string {
  const result = evaluateTemplate(text, scopeOf(roots));
  return result.ok ? 'ok' : result.error.code;
}

describe('the limits', () => {
  it('refuse a text that is too long, unless it holds no expression', () => {
    expect(codeOf(`<+a>${'x'.repeat(1_048_577)}`)).toBe('expression.too_long');
    expect(codeOf('x'.repeat(200_000))).toBe('ok');
  });

  it('refuse a result larger than 256 KB, however it comes about', () => {
    const half = 'x'.repeat(140_000);
    expect(codeOf('<+h>', { h: half })).toBe('ok');
    expect(codeOf('<+h><+h>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+h + h>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+h.concat(h)>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+[h, h]>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+{"a": h, "b": h}>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+json.format([h, h])>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+h.replace("x", "yy")>', { h: half })).toBe('expression.output_too_large');
    expect(codeOf('<+h.replaceAll("x", "yy")>', { h: half })).toMatch(/output_too_large|too_many_steps/);
    expect(codeOf('<+h>', { h: 'é'.repeat(140_000) })).toBe('expression.output_too_large');
  });

  it('refuse nesting that is too deep instead of overflowing the stack', () => {
    const levels = 20_000;
    expect(codeOf(`${'<+'.repeat(levels)}a${'>'.repeat(levels)}`)).toBe('expression.too_deep');
    expect(codeOf(`<+${'('.repeat(levels)}a${')'.repeat(levels)}>`)).toBe('expression.too_deep');
    expect(codeOf(`<+${'!'.repeat(levels)}a>`)).toBe('expression.too_deep');
    expect(codeOf(`<+${'['.repeat(levels)}>`)).toBe('expression.too_deep');
    expect(codeOf(`<+a${' + 1'.repeat(levels)}>`)).toBe('expression.too_deep');
    expect(codeOf(`<+a${'.b'.repeat(levels)}>`)).toBe('expression.too_deep');
    expect(codeOf(`<+${'a ? 1 : '.repeat(levels)}2>`)).toBe('expression.too_deep');
    expect(codeOf(`<+${'a > '.repeat(levels)}2>`)).toMatch(/^expression\./);
    let deep: ScopeMap = {};
    for (let level = 0; level < 1000; level += 1) deep = { deep };
    expect(codeOf('<+deep>', deep)).toBe('expression.too_deep');
    expect(codeOf('<+json.object(text)>', { text: '['.repeat(100_000) + ']'.repeat(100_000) })).toBe(
      'expression.too_deep',
    );
  });

  it('refuse work without end', () => {
    expect(
      codeOf(`<+${Array.from({ length: 600 }, () => 'h.hashCode()').join(',')}>`, { h: 'x'.repeat(200_000) }),
    ).toMatch(/^expression\./);
    expect(
      codeOf(`<+[${Array.from({ length: 600 }, () => 'h.hashCode()').join(',')}]>`, {
        h: 'x'.repeat(200_000),
      }),
    ).toBe('expression.too_many_steps');
    expect(codeOf('<+t.matches("(.*x){30}")>', { t: 'x'.repeat(200_000) })).toBe('expression.too_many_steps');
  });

  it('hold for all texts of a tree together', () => {
    const busy = `<+[${Array.from({ length: 30 }, () => 'h.hashCode()').join(',')}]>`;
    const tree = resolveTree(
      Array.from({ length: 200 }, () => busy),
      scopeOf({ h: 'x'.repeat(200_000) }),
    );
    expect(tree.ok ? [] : tree.errors.map(({ code }) => code)).toContain('expression.too_many_steps');
    const large = resolveTree(
      Array.from({ length: 100 }, () => '<+h>'),
      scopeOf({ h: 'x'.repeat(200_000) }),
    );
    expect(large.ok ? [] : large.errors.map(({ code }) => code)).toContain('expression.output_too_large');
  });

  it('decide each > once, however many there are', () => {
    const tricky = ['<+a > <+b + ', '<+ a > <+ b ? ', '<+(a > <+b > ', '<+a ? <+b > '].map((piece) =>
      piece.repeat(5000),
    );
    for (const text of tricky) expect(parseTemplate(text).ok).toBe(false);
  });
});

describe('any text', () => {
  const words = [
    '<+',
    '>',
    ' > ',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '"',
    "'",
    '.',
    ',',
    ':',
    '?',
    '?:',
    '??',
    '+',
    '-',
    '*',
    '/',
    '%',
    '==',
    '!=',
    '=~',
    '&&',
    '||',
    '!',
    '<',
    '<=',
    '>=',
    'and',
    'not',
    'empty',
    'size',
    ' ',
    '\n',
    '\\',
    '\\u00',
    '0',
    '1.5',
    '9e9',
    'a',
    'b',
    'list',
    'map',
    'body',
    'd',
    'e',
    'null',
    'true',
    'x',
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'get(',
    'split(',
    'matches(',
    'json.select(',
    'json.object(',
    'regex.extract(',
    'secrets.getValue(',
    'input',
    '<+a>',
    '<+b.',
    '<+list[',
    '$..',
    '(a+)+',
    '😀',
    '\0',
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc.array(fc.constantFrom(...words), { maxLength: 15 }).map((pieces) => `<+${pieces.join('')}>`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );

  /** What is not plain data in a value: a function, an instance of a host class. */
  function foreignIn(value: unknown): unknown[] {
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return [];
    if (typeof value !== 'object') return [value];
    if (value instanceof DeferredText) return [];
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== Array.prototype) return [value];
    return Object.values(value).flatMap(foreignIn);
  }

  function problemsOf(source: string, result: EvaluateResult): unknown[] {
    if (result.ok) return foreignIn(result.value);
    const { code, offset } = result.error;
    return Object.hasOwn(expressionErrorCodes, code) && offset >= 0 && offset <= source.length
      ? []
      : [result.error];
  }

  it('gives plain data or one of the known errors, and leaves the scope as it was', () => {
    const before = JSON.stringify(plain);
    fc.assert(
      fc.property(text, (source) => {
        const results = [evaluateTemplate(source, scope), evaluateCondition(source, scope)];
        expect(results.flatMap((result) => problemsOf(source, result))).toEqual([]);
        parseRuntimeInput(source);
      }),
      { numRuns: 10_000 },
    );
    expect(JSON.stringify(plain)).toBe(before);
    expect(Object.hasOwn(Object.prototype, 'd')).toBe(false);
  });

  it('without expressions comes back as it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (source) => {
        fc.pre(!source.includes('<+'));
        expect(evaluateTemplate(source, scope)).toEqual({ ok: true, value: source });
      }),
    );
  });
});
