import type { Path } from './tree.ts';
import { placeOf, pointerOf } from './tree.ts';
import { isList, isMap } from './values.ts';
import type { ScopeValue } from './values.ts';

/** A field whose value is asked for when the pipeline is run: `<+input>` and what follows it. */
export interface RuntimeInput {
  readonly default?: string;
  readonly allowedValues?: readonly string[];
  /** Whether several of the allowed values may be chosen. */
  readonly several?: true;
  readonly regex?: string;
  /** Asked for only when the run gets there. */
  readonly executionInput?: true;
}

export type RuntimeInputResult =
  | { readonly kind: 'none' }
  | { readonly kind: 'input'; readonly input: RuntimeInput }
  | { readonly kind: 'invalid'; readonly message: string; readonly offset: number };

const marker = '<+input>';

/** Reads a field's text as a runtime input marker; 'none' when it is something else. */
export function parseRuntimeInput(text: string): RuntimeInputResult {
  const start = text.length - text.trimStart().length;
  if (!text.startsWith(marker, start)) return { kind: 'none' };
  const end = text.trimEnd().length;
  let input: RuntimeInput = {};
  let at = start + marker.length;
  while (at < end) {
    const name = /^\.([A-Za-z]{1,40})\(/.exec(text.slice(at, at + 50));
    // Something else comes after <+input>: a text that only begins with it, such as <+input>-suffix.
    if (name === null)
      return {
        kind: 'invalid',
        offset: at,
        message:
          'A runtime input must be the whole value: nothing but .default(..) and the like may follow <+input>.',
      };
    const close = closingBracket(text, at + name[0].length, end);
    if (close === undefined) return { kind: 'invalid', offset: at, message: `.${name[1]}( is never closed.` };
    const next = withPart(input, name[1] ?? '', text.slice(at + name[0].length, close));
    if (typeof next === 'string') return { kind: 'invalid', offset: at, message: next };
    input = next;
    at = close + 1;
  }
  const wrongDefault = checkDefault(input);
  return wrongDefault === undefined
    ? { kind: 'input', input }
    : { kind: 'invalid', offset: start, message: wrongDefault };
}

/** The bracket that ends an argument: the first after which the marker ends or another part follows. */
function closingBracket(text: string, from: number, end: number): number | undefined {
  for (let at = text.indexOf(')', from); at >= 0 && at < end; at = text.indexOf(')', at + 1)) {
    if (
      at + 1 === end ||
      /^\.(executionInput|allowedValues|selectOneFrom|selectManyFrom|default|regex)\(/.test(
        text.slice(at + 1, at + 20),
      )
    )
      return at;
  }
  return undefined;
}

function withPart(input: RuntimeInput, name: string, argument: string): RuntimeInput | string {
  if (name === 'executionInput')
    return argument === '' ? { ...input, executionInput: true } : '.executionInput() takes nothing.';
  if (argument === '') return `.${name}(..) needs a value.`;
  if (name === 'default') return { ...input, default: unquote(argument) };
  if (name === 'regex') return { ...input, regex: argument };
  if (name === 'allowedValues' || name === 'selectOneFrom')
    return { ...input, allowedValues: valuesOf(argument) };
  if (name === 'selectManyFrom') return { ...input, allowedValues: valuesOf(argument), several: true };
  return `<+input> has no .${name}(..); it has .default, .allowedValues, .selectOneFrom, .selectManyFrom, .regex and .executionInput.`;
}

/** Values are separated by commas; `\'a,b\'` is one value. */
function valuesOf(argument: string): readonly string[] {
  return [...argument.matchAll(/\s*(?:\\'((?:(?!\\').)*)\\'|([^,]*))(?:,|$)/gs)]
    .map(([whole, quoted, bare]) => (whole === '' ? undefined : (quoted ?? bare ?? '').trim()))
    .filter((value) => value !== undefined);
}

function unquote(value: string): string {
  return /^\\'(.*)\\'$/s.exec(value)?.[1] ?? value;
}

function checkDefault(input: RuntimeInput): string | undefined {
  if (input.default === undefined || input.allowedValues === undefined || input.default.includes('<+'))
    return undefined;
  const chosen = input.several ? valuesOf(input.default) : [input.default];
  const foreign = chosen.find((value) => !input.allowedValues?.includes(value));
  return foreign === undefined ? undefined : `The default "${foreign}" is not one of the allowed values.`;
}

/** A runtime input and where in a tree it stands. */
export interface PlacedRuntimeInput {
  readonly place: string;
  readonly pointer: string;
  readonly text: string;
}

/** Every text of a tree that holds `<+input>`, well formed or not. */
export function findRuntimeInputs(tree: ScopeValue, root = ''): readonly PlacedRuntimeInput[] {
  const found: PlacedRuntimeInput[] = [];
  const open: { readonly value: ScopeValue | undefined; readonly path: Path }[] = [{ value: tree, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value === 'string' && /<\+\s*input\s*>/.test(value)) {
      found.push({ place: placeOf(path, root), pointer: pointerOf(path), text: value });
    } else if (isList<ScopeValue | undefined>(value)) {
      for (const [index, item] of [...value.entries()].toReversed())
        open.push({ value: item, path: [...path, index] });
    } else if (isMap(value)) {
      for (const [key, item] of Object.entries(value).toReversed())
        open.push({ value: item, path: [...path, key] });
    }
  }
  return found;
}
