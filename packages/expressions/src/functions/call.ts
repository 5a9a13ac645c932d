import { nameOf } from '../access.ts';
import { Failure, shorten } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { settle } from '../settle.ts';
import type { Resolve } from '../settle.ts';
import { suggest } from '../suggestions.ts';
import { Callable, DeferredText, isList, isMap, join, secretNotReadable } from '../values.ts';
import type { ScopeValue, Value } from '../values.ts';
import { booleanMethods, listMethods, numberMethods } from './collection-methods.ts';
import { mapMethods } from './map-methods.ts';
import { Arguments } from './method.ts';
import type { Methods } from './method.ts';
import { textMethods } from './text-methods.ts';

export interface MethodCall {
  readonly owner: ScopeValue;
  readonly name: string;
  readonly args: readonly Value[];
  /** The owner as it is written, for errors. */
  readonly shown: string;
}

/** Calls a method from the fixed tables: nothing of the host is ever looked up. */
export function callMethod(call: MethodCall, resolve: Resolve, budget: Budget): ScopeValue {
  const { owner } = call;
  if (owner === null) {
    throw new Failure(
      'expression.null_value',
      `${shorten(call.shown)} is null, so ${call.name}(..) cannot be called on it.`,
      {
        hint: `Give it a value first: (${shorten(call.shown)} ?? "default").${call.name}(..).`,
      },
    );
  }
  if (owner instanceof DeferredText) return callOnSecret(owner, call, budget);
  if (owner instanceof Callable)
    throw new Failure('expression.wrong_type', `${owner.name} is a function.`, {
      hint: `Call it: ${owner.name}(..).`,
    });
  if (typeof owner === 'string') return invoke(textMethods, owner, call, budget);
  if (typeof owner === 'number') return invoke(numberMethods, owner, call, budget);
  if (typeof owner === 'boolean') return invoke(booleanMethods, owner, call, budget);
  if (isMap(owner)) return invoke(mapMethods, { map: owner, resolve }, call, budget);
  const list = settle(owner, resolve, budget);
  if (isList<Value>(list)) return invoke(listMethods, list, call, budget);
  throw new Failure('expression.wrong_type', 'This is not a value that expressions can hold.');
}

function invoke<T>(methods: Methods<T>, self: T, call: MethodCall, budget: Budget): Value {
  const method = methods.get(call.name);
  if (method === undefined) {
    const suggestions = suggest(call.name, [...methods.keys()]);
    const known = [...methods.keys()].join(', ');
    throw new Failure(
      'expression.unknown_function',
      `${shorten(call.shown)} is ${nameOf(call.owner)}, which has no method ${shorten(call.name, 80)}(..).`,
      {
        suggestions,
        hint:
          suggestions.length > 0
            ? `Did you mean ${suggestions.map((name) => `${name}(..)`).join(' or ')}?`
            : `It has: ${known}.`,
      },
    );
  }
  if (typeof self === 'string') budget.touch(self.length);
  // A secret may only be appended.
  if (call.name === 'concat' && typeof self === 'string' && call.args[0] instanceof DeferredText)
    return join([self, call.args[0]], budget);
  return method.call(self, new Arguments(call.name, call.args, method.arity, budget), budget);
}

function callOnSecret(owner: DeferredText, call: MethodCall, budget: Budget): Value {
  if (call.name === 'toString' && call.args.length === 0) return owner;
  if (call.name === 'concat' && call.args.length === 1) return join([owner, call.args[0] ?? null], budget);
  throw secretNotReadable(`${shorten(call.name, 80)}(..)`);
}
