import { describe, expect, it } from 'vitest';
import {
  asTemplates,
  Callable,
  evaluateTemplate,
  joinScopes,
  Lazy,
  maskSecrets,
  scopeOf,
  secretRefsOf,
  secretValue,
  TemplateText,
  toSecretText,
} from './index.ts';
import type { Scope, Value } from './index.ts';

function valueOf(text: string, scope: Scope): Value {
  const result = evaluateTemplate(text, scope);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe('a scope', () => {
  it('works a lazy value out when it is asked for, and once', () => {
    let made = 0;
    const lazy = new Lazy(() => {
      made += 1;
      return { image: 'nginx' };
    });
    const scope = scopeOf({ artifact: lazy, other: 1 });
    expect(valueOf('<+other>', scope)).toBe(1);
    expect(made).toBe(0);
    expect(valueOf('<+artifact.image>/<+artifact.image>', scope)).toBe('nginx/nginx');
    expect(made).toBe(1);
  });

  it('says that a source failed without repeating what it said', () => {
    const scope = scopeOf({
      broken: new Lazy(() => {
        throw new Error('password=hunter2');
      }),
      file: {
        read: new Callable('file.read', [1, 1], () => {
          throw new Error('password=hunter2');
        }),
      },
    });
    for (const text of ['<+broken.x>', '<+file.read("a")>']) {
      const result = evaluateTemplate(text, scope);
      expect(result).toMatchObject({ ok: false, error: { code: 'expression.failed' } });
      expect(JSON.stringify(result)).not.toContain('hunter2');
    }
  });

  it('calls its functions with the values of their arguments', () => {
    const file = new Callable('configFile.getAsString', [1, 1], ([name = null]) => ['content of', name]);
    const scope = scopeOf({ configFile: { getAsString: file }, name: 'a' });
    expect(valueOf('<+configFile.getAsString(name + ".txt")[1].toUpperCase()>', scope)).toBe('A.TXT');
    expect(evaluateTemplate('<+configFile.getAsString()>', scope)).toMatchObject({
      ok: false,
      error: { code: 'expression.wrong_arguments' },
    });
  });

  it('cannot replace the functions that every expression has', () => {
    const scope = scopeOf({ secrets: { getValue: 'stolen' } });
    expect(valueOf('<+secrets.getValue("x")>', scope)).toEqual(secretValue('x'));
  });

  it('prefers the nearest of several', () => {
    const scope = joinScopes(scopeOf({ stage: 'near' }), scopeOf({ stage: 'far', pipeline: 'p' }));
    expect(valueOf('<+stage> <+pipeline>', scope)).toBe('near p');
    expect(scope.names()).toEqual(['stage', 'pipeline']);
  });

  it('does not show what a host object has', () => {
    // A scope made wrongly: dates and maps are not data.
    const scope = scopeOf({
      when: new Date(0) as unknown as Value,
      map: new Map([['a', 1]]) as unknown as Value,
    });
    for (const text of ['<+when>', '<+when.getTime()>', '<+map.size>', '<+map.get("a")>'])
      expect(evaluateTemplate(text, scope).ok).toBe(false);
  });
});

describe('texts that hold expressions', () => {
  const roots = {
    pipeline: {
      name: 'p',
      variables: asTemplates(
        { image: '<+pipeline.variables.registry>/<+pipeline.name>', registry: 'r.io', count: '<+1 + 1>' },
        'pipeline.variables',
      ),
    },
  };

  it('are resolved when they are asked for, and keep their type', () => {
    expect(valueOf('<+pipeline.variables.image>', scopeOf(roots))).toBe('r.io/p');
    expect(valueOf('<+pipeline.variables.count>', scopeOf(roots))).toBe(2);
    expect(valueOf('<+pipeline.variables>', scopeOf(roots))).toEqual({
      image: 'r.io/p',
      registry: 'r.io',
      count: 2,
    });
  });

  it('name their own place when they fail', () => {
    const scope = scopeOf({
      pipeline: { variables: asTemplates({ a: 'x <+pipeline.nope>' }, 'pipeline.variables') },
    });
    expect(evaluateTemplate('<+pipeline.variables.a>', scope, { place: 'stages.s.spec' })).toMatchObject({
      ok: false,
      error: {
        code: 'expression.unknown_variable',
        expression: '<+pipeline.nope>',
        place: 'pipeline.variables.a',
        offset: 13,
      },
    });
  });

  it('that refer to themselves are an error which shows the way round', () => {
    const scope = scopeOf({ v: asTemplates({ a: '<+v.b>', b: 'x<+v.a>' }, 'v') });
    expect(evaluateTemplate('<+v.a>', scope)).toMatchObject({
      ok: false,
      error: { code: 'expression.cycle', message: 'This value refers to itself: v.a -> v.b -> v.a.' },
    });
  });

  it('that refer to themselves are found also when every lookup makes them anew', () => {
    const scope: Scope = {
      get: () => new Lazy(() => asTemplates({ a: '<+v.a>' }, 'v', scope)),
      names: () => ['v'],
    };
    expect(evaluateTemplate('<+v.a>', scope)).toMatchObject({
      ok: false,
      error: { code: 'expression.cycle' },
    });
  });

  it('see their own scope when they were given one', () => {
    const scope = scopeOf({
      stage: 'outer',
      x: new TemplateText('<+stage>', 'x', scopeOf({ stage: 'inner' })),
    });
    expect(valueOf('<+x> <+stage>', scope)).toBe('inner outer');
  });

  it('are only those that the author wrote: data that looks like an expression stays data', () => {
    const scope = scopeOf({
      trigger: {
        title: '<+secrets.getValue("account.root")>',
        secret: { kind: 'deferred-text', parts: [{ secret: 'account.root' }] },
      },
    });
    expect(valueOf('<+trigger.title>!', scope)).toBe('<+secrets.getValue("account.root")>!');
    const faked = valueOf('<+trigger.secret>', scope);
    expect(secretRefsOf(faked)).toEqual([]);
    expect(toSecretText(faked, (ref) => ref).parts.every((part) => 'text' in part)).toBe(true);
  });
});

describe('a value with secrets', () => {
  const scope = scopeOf({ variables: { password: secretValue('org.password') } });
  const value = valueOf(
    '<+{"a": "x" + variables.password, "b": [variables.password, secrets.getValue("other"), 1]}>',
    scope,
  );

  it('names the secrets that it needs, each once', () => {
    expect(secretRefsOf(value)).toEqual(['org.password', 'other']);
  });

  it('is shown with masks', () => {
    expect(maskSecrets(value)).toEqual({ a: 'x*****', b: ['*****', '*****', 1] });
  });

  it('becomes a text with holes for the task', () => {
    const text = valueOf('curl -u me:<+variables.password> <+1 + 1>', scope);
    expect(toSecretText(text, (ref) => `project/default/default:${ref}`)).toEqual({
      parts: [{ text: 'curl -u me:' }, { secret: 'project/default/default:org.password' }, { text: ' 2' }],
    });
  });
});
