import { describe, expect, it } from 'vitest';
import {
  findRuntimeInputs,
  hasExpressions,
  listExpressions,
  parseTemplate,
  resolveTree,
  scopeOf,
  secretValue,
} from './index.ts';

const scope = scopeOf({ env: { name: 'dev' }, count: 3 });
const path = 'stages.deploy.spec.execution.steps.x.spec';

describe('resolveTree', () => {
  it('resolves every text and keeps everything else', () => {
    const tree = {
      script: 'echo <+env.name>',
      list: ['<+count>', 1, null, true],
      '<+key>': { deep: 'plain' },
      gone: undefined,
    };
    expect(resolveTree(tree, scope, { path })).toEqual({
      ok: true,
      value: { script: 'echo dev', list: [3, 1, null, true], '<+key>': { deep: 'plain' } },
    });
  });

  it('reports every error with its place and pointer', () => {
    const tree = {
      source: { spec: { script: 'a\n<+env.nam>' } },
      list: [{ 'a/b': '<+nope>' }],
      fine: '<+count>',
    };
    const result = resolveTree(tree, scope, { path });
    expect(
      result.ok
        ? []
        : result.errors.map(({ place, pointer, expression, offset }) => ({
            place,
            pointer,
            expression,
            offset,
          })),
    ).toEqual([
      {
        place: `${path}.source.spec.script`,
        pointer: '/source/spec/script',
        expression: '<+env.nam>',
        offset: 8,
      },
      { place: `${path}.list[0].a/b`, pointer: '/list/0/a~1b', expression: '<+nope>', offset: 2 },
    ]);
  });

  it('gives texts alone when asked to', () => {
    const tree = {
      count: '<+count>',
      list: '<+[1, env.name]>',
      secret: '<+secrets.getValue("x")>',
      number: 4,
    };
    expect(resolveTree(tree, scope, { asText: true })).toEqual({
      ok: true,
      value: { count: '3', list: '[1,"dev"]', secret: secretValue('x'), number: 4 },
    });
  });

  it('keeps secrets as references', () => {
    expect(resolveTree({ a: '<+secrets.getValue("x")>' }, scope)).toEqual({
      ok: true,
      value: { a: secretValue('x') },
    });
  });

  it('neither follows nor makes a prototype', () => {
    const tree = JSON.parse('{"__proto__": {"polluted": "<+count>"}}');
    const result = resolveTree(tree, scope);
    expect(result.ok && Object.keys(result.value ?? {})).toEqual(['__proto__']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('refuses a tree that is too deep', () => {
    let tree: object = {};
    for (let level = 0; level < 200; level += 1) tree = { tree };
    expect(resolveTree(tree as { tree: null }, scope)).toMatchObject({
      ok: false,
      errors: [{ code: 'expression.too_deep' }],
    });
  });
});

describe('findRuntimeInputs', () => {
  it('finds every marker with its place, in the order of the document', () => {
    const tree = {
      a: '<+input>',
      list: ['x', '<+input>.default(1)'],
      none: '<+env.name>',
      odd: '<+ input >-x',
    };
    expect(findRuntimeInputs(tree, 'pipeline').map(({ place, pointer }) => `${place} ${pointer}`)).toEqual([
      'pipeline.a /a',
      'pipeline.list[1] /list/1',
      'pipeline.odd /odd',
    ]);
  });
});

describe('a template', () => {
  it('is cut into texts and expressions with their offsets', () => {
    expect(listExpressions('a <+env.name> b <+"x > y"> c')).toEqual([
      { source: '<+env.name>', offset: 2 },
      { source: '<+"x > y">', offset: 16 },
    ]);
    expect(listExpressions('broken <+')).toEqual([]);
    expect(hasExpressions('a <+b>')).toBe(true);
    expect(hasExpressions('a < b')).toBe(false);
  });

  it('says where it does not parse', () => {
    expect(parseTemplate('fine <+a> broken <+a b> more')).toMatchObject({
      ok: false,
      error: { code: 'expression.syntax', expression: '<+a b>', offset: 21 },
    });
  });
});
