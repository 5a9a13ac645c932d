import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  evaluateCondition,
  evaluateTemplate,
  expressionErrorCodes,
  parseRuntimeInput,
  scopeOf,
  toSecretText,
} from './index.ts';
import { booleanMethods, listMethods, numberMethods } from './functions/collection-methods.ts';
import { functors } from './functions/functors.ts';
import { mapMethods } from './functions/map-methods.ts';
import { textMethods } from './functions/text-methods.ts';
import type { EvaluateResult, ScopeMap, Value } from './index.ts';

interface Case {
  readonly text: string;
  readonly why?: string;
  readonly value?: Value;
  readonly code?: string;
  readonly offset?: number;
  readonly existing?: string;
  readonly suggestions?: readonly string[];
  readonly hint?: string;
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), 'utf8'));
// The files of testdata are written for these shapes; a wrong one fails its own test.
const readCases = (name: string): Case[] => read(name) as Case[];

const scope = scopeOf(read('scope') as ScopeMap);
const valueTables = ['operators', 'paths', 'delimiters', 'methods', 'functors'] as const;

/** Of what a result says, as much as a case speaks of. */
function seen(result: EvaluateResult, wanted: Case): Partial<Case> {
  if (result.ok) return { value: result.value };
  const { code, offset, existing, suggestions, hint = '' } = result.error;
  const said = {
    code,
    offset,
    existing,
    suggestions,
    hint: hint.includes(wanted.hint ?? '') ? wanted.hint : hint,
  };
  return Object.fromEntries(Object.entries(said).filter(([key]) => Object.hasOwn(wanted, key)));
}

function wantedOf({ text: _text, why: _why, ...wanted }: Case): Partial<Case> {
  return wanted;
}

describe.each([...valueTables, 'errors'] as const)('%s', (table) => {
  it.each(readCases(table))('$text', (wanted) => {
    expect(seen(evaluateTemplate(wanted.text, scope), wanted)).toEqual(wantedOf(wanted));
  });
});

describe('conditions', () => {
  it.each(readCases('conditions'))('$text', (wanted) => {
    expect(seen(evaluateCondition(wanted.text, scope), wanted)).toEqual(wantedOf(wanted));
  });
});

describe('secrets', () => {
  it.each(read('secrets') as { text: string; parts: unknown }[])('$text', ({ text, parts }) => {
    const result = evaluateTemplate(text, scope);
    expect(result.ok && toSecretText(result.value, (ref) => ref)).toEqual({ parts });
  });
});

describe('runtime inputs', () => {
  const cases = read('runtime-inputs') as { text: string; input?: object; invalid?: string }[];

  it.each(cases)('$text', ({ text, input, invalid }) => {
    const result = parseRuntimeInput(text);
    const said =
      result.kind === 'invalid' && invalid !== undefined && result.message.includes(invalid)
        ? invalid
        : result;
    expect(said).toEqual(invalid ?? (input === undefined ? { kind: 'none' } : { kind: 'input', input }));
  });
});

describe('the tables', () => {
  const texts = [...valueTables, 'errors' as const]
    .flatMap((table) => readCases(table))
    .map(({ text }) => text);
  const signatures = [textMethods, listMethods, numberMethods, booleanMethods, mapMethods].flatMap(
    (methods) => [...methods.keys()],
  );
  const functions = [...functors].flatMap(([root, map]) => Object.keys(map).map((name) => `${root}.${name}`));

  it.each([...new Set(signatures)])('have a case for the method %s', (name) => {
    expect(texts.some((text) => text.includes(`.${name}(`))).toBe(true);
  });

  it.each(functions)('have a case for the function %s', (name) => {
    expect(texts.some((text) => text.includes(`${name}(`))).toBe(true);
  });

  // What needs more than a text and plain data is shown in limits.test.ts and scope.test.ts.
  const elsewhere = [
    'expression.too_long',
    'expression.too_deep',
    'expression.too_many_steps',
    'expression.output_too_large',
    'expression.cycle',
    'expression.failed',
  ];

  it.each(Object.keys(expressionErrorCodes).filter((code) => !elsewhere.includes(code)))(
    'have a case for %s',
    (code) => {
      expect(readCases('errors').some((wanted) => wanted.code === code)).toBe(true);
    },
  );
});
