import { settle } from '../settle.ts';
import type { Resolve } from '../settle.ts';
import { jsonOf, own } from '../values.ts';
import type { ScopeMap, Value } from '../values.ts';
import type { Budget } from '../limits.ts';
import { methodsOf } from './method.ts';
import type { Methods } from './method.ts';

/** A map whose values are worked out only when one is asked for. */
export interface HeldMap {
  readonly map: ScopeMap;
  readonly resolve: Resolve;
}

/** The methods of maps. */
export const mapMethods: Methods<HeldMap> = methodsOf<HeldMap>([
  {
    signature: 'get(key)',
    doc: 'The value of a key; null when there is none.',
    arity: [1, 1],
    call: (self, args, budget) => read(self, args.text(0), budget) ?? null,
  },
  {
    signature: 'getOrDefault(key, default)',
    doc: 'The value of a key, or the default when there is none.',
    arity: [2, 2],
    call: (self, args, budget) => read(self, args.text(0), budget) ?? args.raw(1),
  },
  {
    signature: 'containsKey(key)',
    doc: 'Whether it has a key.',
    arity: [1, 1],
    call: (self, args) => own(self.map, args.text(0)) !== undefined,
  },
  {
    signature: 'keySet()',
    doc: 'The list of its keys.',
    arity: [0, 0],
    call: (self) => Object.keys(self.map),
  },
  {
    signature: 'values()',
    doc: 'The list of its values.',
    arity: [0, 0],
    call: (self, _args, budget) => Object.values(settleMap(self, budget)),
  },
  {
    signature: 'size()',
    doc: 'How many keys it has.',
    arity: [0, 0],
    call: (self) => Object.keys(self.map).length,
  },
  {
    signature: 'isEmpty()',
    doc: 'Whether it has no keys.',
    arity: [0, 0],
    call: (self) => Object.keys(self.map).length === 0,
  },
  {
    signature: 'toString()',
    doc: 'It as JSON.',
    arity: [0, 0],
    call: (self, _args, budget) => jsonOf(settleMap(self, budget), budget),
  },
]);

function read({ map, resolve }: HeldMap, key: string, budget: Budget): Value | undefined {
  const value = own(map, key);
  return value === undefined ? undefined : settle(value, resolve, budget);
}

function settleMap({ map, resolve }: HeldMap, budget: Budget): { readonly [key: string]: Value } {
  const entries = Object.entries(map).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, settle(value, resolve, budget)] as const],
  );
  return Object.fromEntries(entries);
}
