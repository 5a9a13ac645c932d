import type { Path } from './tree.ts';
import { DeferredText, isList, setOwn } from './values.ts';
import type { TextPart, Value, ValueMap } from './values.ts';

/** What stands in a tree where a text with secrets belongs, until the delegate fills it in. */
export const secretMask = '*****';

/** A place in a tree whose text is put together from plain pieces and secrets. */
export interface SecretHole {
  readonly path: Path;
  readonly parts: readonly TextPart[];
}

export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** A tree without secrets and, beside it, where which secrets go. Both are plain data that may be stored and sent. */
export interface TreeWithHoles {
  readonly value: PlainValue;
  readonly holes: readonly SecretHole[];
}

/**
 * Takes the texts with secrets out of a value. They are listed beside the tree and not marked inside of it: nothing
 * that a user, a payload or a step's output says can then be taken for a reference to a secret.
 */
export function separateSecrets(value: Value): TreeWithHoles {
  const holes: SecretHole[] = [];
  const walk = (part: Value, path: Path): PlainValue => {
    if (part instanceof DeferredText) {
      holes.push({ path, parts: part.parts });
      return secretMask;
    }
    if (part === null || typeof part !== 'object') return part;
    if (isList<Value>(part)) return part.map((item, index) => walk(item, [...path, index]));
    return mapOf(part, (item, key) => walk(item, [...path, key]));
  };
  return { value: walk(value, []), holes };
}

/** The references of all secrets that a value needs, each once. */
export function secretRefsOf(value: Value): readonly string[] {
  const refs = separateSecrets(value).holes.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'secret' ? [part.ref] : [])),
  );
  return [...new Set(refs)];
}

function mapOf(map: ValueMap, convert: (item: Value, key: string) => PlainValue): PlainValue {
  const converted: { [key: string]: PlainValue } = {};
  for (const [key, item] of Object.entries(map)) setOwn(converted, key, convert(item, key));
  return converted;
}
