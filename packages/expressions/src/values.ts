import { Failure } from './errors.ts';
import type { Budget } from './limits.ts';

/** One piece of a text whose secrets are not known yet. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret'; readonly ref: string };

/**
 * A text that holds secrets by reference. It is a class so that no data from outside (a payload, a step's output) can
 * pass for one: only this package makes them.
 */
export class DeferredText {
  readonly kind = 'deferred-text';
  readonly parts: readonly TextPart[];

  constructor(parts: readonly TextPart[]) {
    this.parts = parts;
  }
}

export interface ValueMap {
  readonly [key: string]: Value;
}

/** What an expression can give. */
export type Value = null | boolean | number | string | readonly Value[] | ValueMap | DeferredText;

/** A function that expressions may call, such as `configFile.getAsString(..)`. */
export class Callable {
  readonly name: string;
  readonly arity: readonly [least: number, most: number];
  readonly call: (args: readonly Value[], budget: Budget) => Value;

  constructor(
    name: string,
    arity: readonly [number, number],
    call: (args: readonly Value[], budget: Budget) => Value,
  ) {
    this.name = name;
    this.arity = arity;
    this.call = call;
  }
}

/** A value that is made when it is first asked for. */
export class Lazy {
  readonly make: () => ScopeValue | undefined;

  constructor(make: () => ScopeValue | undefined) {
    this.make = make;
  }
}

/** A text in which expressions are resolved when it is asked for, such as a variable whose value refers to others. */
export class TemplateText {
  readonly text: string;
  /** Dotted path of the field that holds the text, for errors. */
  readonly place: string | undefined;
  /** What its expressions see; undefined: what the expression that asked for it sees. */
  readonly scope: Scope | undefined;

  constructor(text: string, place?: string, scope?: Scope) {
    this.text = text;
    this.place = place;
    this.scope = scope;
  }
}

export interface ScopeMap {
  readonly [key: string]: ScopeValue | undefined;
}

/** What a scope may hold: plain data, and the three things that are worked out on demand. */
export type ScopeValue =
  | Value
  | readonly (ScopeValue | undefined)[]
  | ScopeMap
  | Callable
  | Lazy
  | TemplateText;

/** What expressions can see: the roots by name. */
export interface Scope {
  get(name: string): ScopeValue | undefined;
  /** The names that `get` knows, for "did you mean". */
  names(): readonly string[];
}

export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

/** True for plain data only: an instance of any class (a Date, a Map, a host object) is not a map. */
export function isMap(value: unknown): value is ScopeMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The only way in which a key of a map is read: inherited properties do not exist for expressions. */
export function own(map: ScopeMap, key: string): ScopeValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Sets a key even when it is called `__proto__`. */
export function setOwn<T>(map: { [key: string]: T }, key: string, value: T): void {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
}

export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof DeferredText) return 'a secret';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return { string: 'a text', number: 'a number', boolean: 'true or false' }[
    typeof value as 'string' | 'number' | 'boolean'
  ];
}

export function secretNotReadable(what: string): Failure {
  return new Failure(
    'expression.secret_not_readable',
    `${what} needs the value of a secret, which only the delegate knows.`,
    {
      hint: 'A secret can be put into a text (next to other text, or with + and concat) and nothing else.',
    },
  );
}

/** The text of a value inside of a longer text: lists and maps as JSON, null as "null". */
export function textOf(value: Exclude<Value, DeferredText>, budget: Budget): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null) return jsonOf(value, budget);
  return String(value);
}

export function jsonOf(value: Value, budget: Budget): string {
  if (value instanceof DeferredText) throw secretNotReadable('Writing this as JSON');
  budget.spend(1);
  if (value === null || typeof value !== 'object') return budget.fit(JSON.stringify(value));
  return budget.nested(() => {
    const pieces: string[] = [];
    let length = 0;
    const add = (piece: string): void => {
      length += piece.length;
      if (length > budget.limits.outputBytes) budget.fit(' '.repeat(budget.limits.outputBytes + 1));
      pieces.push(piece);
    };
    if (isList<Value>(value)) {
      for (const item of value) add(jsonOf(item, budget));
      return budget.fit(`[${pieces.join(',')}]`);
    }
    for (const [key, item] of Object.entries(value)) add(`${JSON.stringify(key)}:${jsonOf(item, budget)}`);
    return budget.fit(`{${pieces.join(',')}}`);
  });
}

export function partsOf(value: Value, budget: Budget): readonly TextPart[] {
  if (value instanceof DeferredText) return value.parts;
  return [{ kind: 'text', text: textOf(value, budget) }];
}

/** Puts texts side by side; the result is plain unless one of them holds a secret. */
export function join(values: readonly Value[], budget: Budget): string | DeferredText {
  const parts: TextPart[] = [];
  let length = 0;
  for (const part of values.flatMap((value) => partsOf(value, budget))) {
    budget.spend(1);
    const last = parts.at(-1);
    if (part.kind === 'text') length += part.text.length;
    if (length > budget.limits.outputBytes) budget.fit(' '.repeat(budget.limits.outputBytes + 1));
    if (part.kind === 'text' && last?.kind === 'text')
      parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
    else if (part.kind === 'secret' || part.text !== '') parts.push(part);
  }
  const [first] = parts;
  if (first === undefined) return '';
  if (parts.length === 1 && first.kind === 'text') return budget.fit(first.text);
  budget.fit(parts.map((part) => (part.kind === 'text' ? part.text : part.ref)).join(''));
  return new DeferredText(parts);
}
