import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { booleanMethods, listMethods, numberMethods } from './functions/collection-methods.ts';
import { mapMethods } from './functions/map-methods.ts';
import { textMethods } from './functions/text-methods.ts';
import { evaluateTemplate, scopeOf } from './index.ts';
import type { ScopeMap } from './index.ts';

const page = readFileSync(new URL('../../../docs/how-to/write-expressions.md', import.meta.url), 'utf8');

// The first block of the page is the scope of all of its examples.
const scope = scopeOf(JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '') as ScopeMap);

const examples = [...page.matchAll(/```expressions\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.trimEnd().split('\n'))
  .map((line) => {
    const at = line.lastIndexOf(' => ');
    return { text: line.slice(0, at).trimEnd(), wanted: line.slice(at + 4).trim() };
  });

describe('the page about expressions', () => {
  it.each(examples)('$text gives $wanted', ({ text, wanted }) => {
    const result = evaluateTemplate(text, scope);
    const given = result.ok ? result.value : `error ${result.error.code}`;
    expect(given).toEqual(wanted.startsWith('error ') ? wanted : JSON.parse(wanted));
  });

  it.each([
    ['texts', textMethods],
    ['numbers', numberMethods],
    ['true and false', booleanMethods],
    ['lists', listMethods],
    ['maps', mapMethods],
  ] as const)('lists every method of %s', (kind, methods) => {
    const names = [...methods.keys()].toSorted().map((name) => `\`${name}\``);
    expect(page.replaceAll(/\s+/g, ' ')).toContain(`Of ${kind}: ${names.join(', ')}.`);
  });
});
