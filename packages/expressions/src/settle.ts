import { Failure } from './errors.ts';
import type { Budget } from './limits.ts';
import { Callable, DeferredText, isList, isMap, Lazy, setOwn, TemplateText } from './values.ts';
import type { ScopeValue, Value } from './values.ts';

/** Works out what is lazy or a template, at the top only. */
export type Resolve = (value: ScopeValue | undefined) => ScopeValue | undefined;

/** Works out everything inside of a value, so that plain data (and texts with secrets) is left. */
export function settle(value: ScopeValue, resolve: Resolve, budget: Budget): Value {
  budget.spend(1);
  const held = resolve(value);
  if (held === undefined) return null;
  if (typeof held === 'number' && !Number.isFinite(held)) return null;
  if (held === null || typeof held !== 'object' || held instanceof DeferredText) return plain(held);
  return budget.nested(() => {
    if (isList<ScopeValue | undefined>(held))
      return held.map((item) => settle(item ?? null, resolve, budget));
    if (!isMap(held)) throw unfit(held);
    const map: { [key: string]: Value } = {};
    for (const [key, item] of Object.entries(held))
      if (item !== undefined) setOwn(map, key, settle(item, resolve, budget));
    return map;
  });
}

function plain<T extends ScopeValue>(value: T): T {
  const kind = typeof value;
  if (kind === 'function' || kind === 'symbol' || kind === 'bigint') throw unfit(value);
  return value;
}

function unfit(value: ScopeValue): Failure {
  if (value instanceof Callable) {
    return new Failure('expression.wrong_type', `${value.name} is a function.`, {
      hint: `Call it: ${value.name}(..).`,
    });
  }
  if (value instanceof Lazy || value instanceof TemplateText)
    return new Failure('expression.cycle', 'This value refers to itself.');
  return new Failure('expression.wrong_type', 'This is not a value that expressions can hold.');
}
