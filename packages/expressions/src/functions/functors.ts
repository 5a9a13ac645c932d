import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { Pattern } from '../pattern/pattern.ts';
import { Callable, DeferredText, isList, jsonOf, secretNotReadable } from '../values.ts';
import type { ScopeMap, Value } from '../values.ts';
import { selectPath } from './json-path.ts';
import { Arguments } from './method.ts';

type Call = (args: Arguments, budget: Budget) => Value;

function functor(name: string, arity: readonly [number, number], call: Call): Callable {
  return new Callable(name, arity, (values, budget) =>
    call(new Arguments(name, values, arity, budget), budget),
  );
}

/**
 * A text with one secret in it, by reference: `dbPassword`, `org.dbPassword`, `account.dbPassword`. Throws when the
 * reference cannot name a secret; inside of a `Lazy` that becomes the error of the expression that asked.
 */
export function secretValue(ref: string): DeferredText {
  if (!/^((account|org)\.)?[A-Za-z_][-A-Za-z0-9_]{0,127}$/.test(ref)) {
    throw new Failure(
      'expression.bad_secret_reference',
      `${JSON.stringify(ref.slice(0, 100))} is no reference to a secret.`,
      {
        hint: 'A reference is an identifier, with account. or org. before it when the secret lives there.',
      },
    );
  }
  return new DeferredText([{ kind: 'secret', ref }]);
}

const json: ScopeMap = {
  object: functor('json.object', [1, 1], (args, budget) => fromText(args.value(0), budget)),
  select: functor('json.select', [2, 2], (args, budget) => select(args, budget)),
  list: functor('json.list', [2, 2], (args, budget) => list(args, budget)),
  format: functor('json.format', [1, 1], (args, budget) => jsonOf(args.value(0), budget)),
};

const regex: ScopeMap = {
  extract: functor('regex.extract', [2, 2], (args, budget) => {
    const match = pattern(args, budget).find(args.text(1).trim());
    return match?.groups[0] ?? '';
  }),
  match: functor(
    'regex.match',
    [2, 2],
    (args, budget) => pattern(args, budget).find(args.text(1).trim()) !== undefined,
  ),
  replace: functor('regex.replace', [3, 3], (args, budget) =>
    pattern(args, budget).replace(args.text(2).trim(), args.text(1), false),
  ),
};

const xml: ScopeMap = {
  select: functor('xml.select', [2, 2], () => {
    throw new Failure('expression.not_supported', 'xml.select is not supported yet.', {
      hint: 'Take the value from the document in a Shell Script step and use its output variable.',
    });
  }),
};

const secrets: ScopeMap = {
  getValue: functor('secrets.getValue', [1, 1], (args) => secretValue(args.text(0))),
};

/** The roots that every expression has; no scope can put something else in their place. */
export const functors: ReadonlyMap<string, ScopeMap> = new Map([
  ['json', json],
  ['regex', regex],
  ['xml', xml],
  ['secrets', secrets],
]);

function pattern(args: Arguments, budget: Budget): Pattern {
  return new Pattern(args.text(0).trim(), budget);
}

function fromText(value: Value, budget: Budget): Value {
  if (value instanceof DeferredText) throw secretNotReadable('Reading JSON');
  if (typeof value !== 'string') return value;
  budget.touch(value.length * 8);
  try {
    // JSON.parse gives plain data only: Value is exactly what it can give.
    return JSON.parse(value) as Value;
  } catch {
    throw new Failure('expression.bad_json', `The text ${JSON.stringify(value.slice(0, 60))} is not JSON.`);
  }
}

function select(args: Arguments, budget: Budget): Value {
  const path = args.text(0);
  const { values, definite } = selectPath(path, fromText(args.value(1), budget), budget);
  if (!definite) return values;
  const [value] = values;
  if (value === undefined) {
    throw new Failure(
      'expression.unknown_variable',
      `The JSON path ${JSON.stringify(path.slice(0, 100))} finds nothing.`,
    );
  }
  return value;
}

function list(args: Arguments, budget: Budget): Value {
  const { values, definite } = selectPath(args.text(0), fromText(args.value(1), budget), budget);
  const [value] = values;
  return definite && value !== undefined && isList<Value>(value) ? value : values;
}
