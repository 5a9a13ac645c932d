import { Budget, defaultLimits } from './limits.ts';
import { DeferredText, isList, partsOf, setOwn } from './values.ts';
import type { Value } from './values.ts';

/** What stands in for a secret wherever a value is shown. */
export const secretMask = '*****';

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/**
 * A text with holes where secrets go, as tasks carry it: plain data of a type of its own. A field holds either this or
 * a text, never "a text that may hold markers", so nothing that a user or a payload says can pass for a secret.
 */
export interface SecretText {
  readonly parts: readonly ({ readonly text: string } | { readonly secret: string })[];
}

/**
 * The value of a text field for a task. `handleOf` gives the handle of a secret from its reference (`x`, `org.x`,
 * `account.x`), which means something only in the scope of the pipeline. Lists and maps become JSON.
 */
export function toSecretText(value: Value, handleOf: (ref: string) => string): SecretText {
  const budget = new Budget(defaultLimits);
  return {
    parts: partsOf(value, budget).map((part) =>
      part.kind === 'text' ? { text: part.text } : { secret: handleOf(part.ref) },
    ),
  };
}

/** The value as it may be stored and shown: texts with secrets have a mask in each one's place. */
export function maskSecrets(value: Value): PlainValue {
  if (value instanceof DeferredText) {
    return value.parts.map((part) => (part.kind === 'text' ? part.text : secretMask)).join('');
  }
  if (value === null || typeof value !== 'object') return value;
  if (isList<Value>(value)) return value.map(maskSecrets);
  const masked: { [key: string]: PlainValue } = {};
  for (const [key, item] of Object.entries(value)) setOwn(masked, key, maskSecrets(item));
  return masked;
}

/** The references of all secrets in a value, each once. */
export function secretRefsOf(value: Value): readonly string[] {
  if (value instanceof DeferredText) {
    return [...new Set(value.parts.flatMap((part) => (part.kind === 'secret' ? [part.ref] : [])))];
  }
  if (value === null || typeof value !== 'object') return [];
  return [...new Set(Object.values<Value>(value).flatMap((item) => secretRefsOf(item)))];
}
