import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { DeferredText, kindOf, secretNotReadable, textOf } from '../values.ts';
import type { Value } from '../values.ts';

/** A method of one kind of value: how it is called, what it says for the documentation, and what it does. */
export interface Method<T> {
  readonly signature: string;
  readonly doc: string;
  readonly arity: readonly [least: number, most: number];
  readonly call: (self: T, args: Arguments, budget: Budget) => Value;
}

export type Methods<T> = ReadonlyMap<string, Method<T>>;

export function methodsOf<T>(methods: readonly Method<T>[]): Methods<T> {
  return new Map(methods.map((method) => [method.signature.slice(0, method.signature.indexOf('(')), method]));
}

/** The arguments of a call, read as the kinds that the function wants. */
export class Arguments {
  readonly #name: string;
  readonly #values: readonly Value[];
  readonly #budget: Budget;

  constructor(name: string, values: readonly Value[], arity: readonly [number, number], budget: Budget) {
    this.#name = name;
    this.#values = values;
    this.#budget = budget;
    const [least, most] = arity;
    if (values.length < least || values.length > most) {
      const wanted = least === most ? `${least}` : `${least} to ${most}`;
      throw new Failure(
        'expression.wrong_arguments',
        `${name} takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${values.length}.`,
      );
    }
  }

  get count(): number {
    return this.#values.length;
  }

  /** Any value but a secret. */
  value(index: number): Exclude<Value, DeferredText> {
    const value = this.raw(index);
    if (value instanceof DeferredText) throw secretNotReadable(this.#name);
    return value;
  }

  raw(index: number): Value {
    return this.#values[index] ?? null;
  }

  text(index: number): string {
    const value = this.value(index);
    if (value !== null && typeof value !== 'object') return textOf(value, this.#budget);
    throw this.#unfit(index, 'a text', value);
  }

  /** A whole number; a text that reads as one will do. */
  integer(index: number): number {
    const value = this.value(index);
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
    throw this.#unfit(index, 'a whole number', value);
  }

  #unfit(index: number, wanted: string, value: Value): Failure {
    return new Failure(
      'expression.wrong_arguments',
      `Argument ${index + 1} of ${this.#name} must be ${wanted}, and is ${kindOf(value)}.`,
    );
  }
}
