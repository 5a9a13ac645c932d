import { areEqual } from '../operators.ts';
import { DeferredText, jsonOf } from '../values.ts';
import type { Value } from '../values.ts';
import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { methodsOf } from './method.ts';
import type { Arguments, Methods } from './method.ts';

/** The methods of lists. */
export const listMethods: Methods<readonly Value[]> = methodsOf<readonly Value[]>([
  {
    signature: 'get(position)',
    doc: 'The item at a position, from 0.',
    arity: [1, 1],
    call: (self, args) => itemAt(self, args.integer(0)),
  },
  { signature: 'size()', doc: 'How many items it has.', arity: [0, 0], call: (self) => self.length },
  { signature: 'length()', doc: 'The same as size().', arity: [0, 0], call: (self) => self.length },
  {
    signature: 'isEmpty()',
    doc: 'Whether it has no items.',
    arity: [0, 0],
    call: (self) => self.length === 0,
  },
  {
    signature: 'contains(value)',
    doc: 'Whether a value is one of its items.',
    arity: [1, 1],
    call: (self, args, budget) => indexIn(self, args, budget) >= 0,
  },
  {
    signature: 'indexOf(value)',
    doc: 'The position of a value; -1 when it is not in the list.',
    arity: [1, 1],
    call: indexIn,
  },
  {
    signature: 'toString()',
    doc: 'It as JSON.',
    arity: [0, 0],
    call: (self, _args, budget) => jsonOf(self, budget),
  },
]);

/** The methods of numbers. */
export const numberMethods: Methods<number> = methodsOf<number>([
  { signature: 'toString()', doc: 'Its digits as text.', arity: [0, 0], call: (self) => String(self) },
  { signature: 'intValue()', doc: 'Without its fraction.', arity: [0, 0], call: (self) => Math.trunc(self) },
  { signature: 'longValue()', doc: 'Without its fraction.', arity: [0, 0], call: (self) => Math.trunc(self) },
  { signature: 'doubleValue()', doc: 'Itself.', arity: [0, 0], call: (self) => self },
  {
    signature: 'equals(other)',
    doc: 'Whether the other is the same number, without converting it.',
    arity: [1, 1],
    call: (self, args) => self === args.value(0),
  },
]);

/** The methods of true and false. */
export const booleanMethods: Methods<boolean> = methodsOf<boolean>([
  { signature: 'toString()', doc: '"true" or "false".', arity: [0, 0], call: (self) => String(self) },
  { signature: 'booleanValue()', doc: 'Itself.', arity: [0, 0], call: (self) => self },
  {
    signature: 'equals(other)',
    doc: 'Whether the other is the same, without converting it.',
    arity: [1, 1],
    call: (self, args) => self === args.value(0),
  },
]);

export function itemAt<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) {
    const held =
      list.length === 0 ? 'the list is empty' : `the list has the positions 0 to ${list.length - 1}`;
    throw new Failure('expression.index_out_of_range', `There is no item ${index}: ${held}.`);
  }
  return item;
}

function indexIn(self: readonly Value[], args: Arguments, budget: Budget): number {
  const wanted = args.value(0);
  return self.findIndex((item) => !(item instanceof DeferredText) && areEqual(item, wanted, budget));
}
