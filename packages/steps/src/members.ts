import type { Value, ValueMap } from '@slipway/expressions';
import { DeferredText } from '@slipway/expressions';

/** What lies in a value behind keys and positions; null when there is nothing. */
export function memberOf(value: Value, ...path: readonly (string | number)[]): Value {
  return path.reduce<Value>(member, value);
}

function member(value: Value, key: string | number): Value {
  if (
    value === null ||
    typeof value !== 'object' ||
    value instanceof DeferredText ||
    !Object.hasOwn(value, key)
  )
    return null;
  // Own keys of a list or map only: what `hasOwn` admits is a member of plain data.
  return (value as ValueMap)[key] ?? null;
}
