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

// The files of testdata are written for these shapes; a wrong one fails its own test.
const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../testdata/${name}.json`, import.meta.url), 'utf8')) as T;

const scope = scopeOf(read<ScopeMap>('scope'));
const valueTables = ['operators', 'paths', 'delimiters', 'methods', 'functors'] as const;

function expectCase(result: EvaluateResult, wanted: Case): void {
  if (wanted.code === undefined) {
    expect(result).toEqual({ ok: true, value: wanted.value });
    return;
  }
  expect(result.ok ? result.value : result.error.code).toBe(wanted.code);
  if (result.ok) return;
  const { error } = result;
  expect(error.message).toMatch(/\.$/);
  if (wanted.offset !== undefined) expect(error.offset).toBe(wanted.offset);
  if (wanted.existing !== undefined) expect(error.existing).toBe(wanted.existing);
  if (wanted.suggestions !== undefined) expect(error.suggestions).toEqual(wanted.suggestions);
  if (wanted.hint !== undefined) expect(error.hint).toContain(wanted.hint);
}

describe.each([...valueTables, 'errors'] as const)('%s', (table) => {
  it.each(read<Case[]>(table))('$text', (wanted) => {
    expectCase(evaluateTemplate(wanted.text, scope), wanted);
  });
});

describe('conditions', () => {
  it.each(read<Case[]>('conditions'))('$text', (wanted) => {
    expectCase(evaluateCondition(wanted.text, scope), wanted);
  });
});

describe('secrets', () => {
  it.each(read<{ text: string; parts: unknown }[]>('secrets'))('$text', ({ text, parts }) => {
    const result = evaluateTemplate(text, scope);
    expect(result.ok && toSecretText(result.value, (ref) => ref)).toEqual({ parts });
  });
});

describe('runtime inputs', () => {
  it.each(read<{ text: string; input?: object; invalid?: string }[]>('runtime-inputs'))(
    '$text',
    ({ text, input, invalid }) => {
      const result = parseRuntimeInput(text);
      if (input !== undefined) expect(result).toEqual({ kind: 'input', input });
      else if (invalid === undefined) expect(result).toEqual({ kind: 'none' });
      else expect(result).toMatchObject({ kind: 'invalid', message: expect.stringContaining(invalid) });
    },
  );
});

describe('the tables', () => {
  const texts = [...valueTables, 'errors' as const]
    .flatMap((table) => read<Case[]>(table))
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
      expect(read<Case[]>('errors').some((wanted) => wanted.code === code)).toBe(true);
    },
  );
});
