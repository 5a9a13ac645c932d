import type { Node } from './ast.ts';
import { Failure, shorten } from './errors.ts';
import { listMethods } from './functions/collection-methods.ts';
import { textMethods } from './functions/text-methods.ts';
import { suggest } from './suggestions.ts';
import { DeferredText, isList, isMap, kindOf } from './values.ts';
import type { ScopeMap, ScopeValue } from './values.ts';

const mostNamesShown = 8;

/** Explains why `owner` has no `name`: what does exist, and what may have been meant. */
export function unknownMember(text: string, node: Node, owner: ScopeMap, name: string): Failure {
  const existing =
    node.kind === 'member' || node.kind === 'index' ? text.slice(node.object.at, node.object.end) : '';
  const names = Object.keys(owner);
  const suggestions = suggest(name, names);
  const hint = wholeName(text, node, owner, name) ?? hintFor(suggestions, names, existing);
  return new Failure(
    'expression.unknown_variable',
    `There is no ${JSON.stringify(shorten(name, 80))} in ${shorten(existing)}.`,
    {
      offset: node.end - Math.min(name.length, node.end - node.at),
      existing,
      suggestions,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}

export function unknownRoot(node: Node, name: string, names: readonly string[]): Failure {
  const suggestions = suggest(name, names);
  const hint = hintFor(suggestions, names.toSorted(), undefined) ?? 'Put texts in quotes: "like this".';
  return new Failure(
    'expression.unknown_variable',
    `There is no variable ${JSON.stringify(shorten(name, 80))} here.`,
    {
      offset: node.at,
      existing: '',
      suggestions,
      hint,
    },
  );
}

/** `a.x-y` reads as a minus and `a.x.y` as two names: says so when the key is `x-y` or `x.y`. */
function wholeName(text: string, node: Node, owner: ScopeMap, name: string): string | undefined {
  const mark = text[node.end];
  if (node.kind !== 'member' || (mark !== '-' && mark !== '.')) return undefined;
  const from = node.end - name.length;
  const pieces = (/^[\w$@.-]{1,200}/.exec(text.slice(from, from + 200))?.[0] ?? '').split(/(?=[.-])/);
  for (let count = pieces.length; count > 1; count -= 1) {
    const whole = pieces.slice(0, count).join('');
    if (!Object.hasOwn(owner, whole)) continue;
    return `A name that holds "${mark}" is written in brackets: ${shorten(text.slice(node.object.at, node.object.end))}["${whole}"].`;
  }
  return undefined;
}

function hintFor(
  suggestions: readonly string[],
  names: readonly string[],
  existing: string | undefined,
): string | undefined {
  if (suggestions.length > 0) return `Did you mean ${suggestions.map((name) => `"${name}"`).join(' or ')}?`;
  const owner = existing === undefined ? 'Known here' : `${shorten(existing)} has`;
  if (names.length > 0 && names.length <= mostNamesShown)
    return `${owner}: ${names.map((name) => shorten(name, 40)).join(', ')}.`;
  if (names.length === 0 && existing !== undefined) return `${shorten(existing)} is empty.`;
  return undefined;
}

/** Explains why a value that is no map has no members. */
export function noMembers(text: string, node: Node, object: Node, value: ScopeValue, name: string): Failure {
  const shown = shorten(text.slice(object.at, object.end));
  if (value === null) {
    return new Failure(
      'expression.null_value',
      `${shown} is null, so it has no ${JSON.stringify(shorten(name, 80))}.`,
      {
        offset: node.at,
        existing: shown,
        hint: `Give it a value first, or ask empty(${shown}).`,
      },
    );
  }
  return new Failure(
    'expression.unknown_variable',
    `${shown} is ${nameOf(value)} and has no ${JSON.stringify(shorten(name, 80))}.`,
    {
      offset: node.at,
      existing: shown,
      ...(isList(value) && !listMethods.has(name)
        ? { hint: `Take an item of it by its position: ${shown}[0].` }
        : {}),
      ...((typeof value === 'string' && textMethods.has(name)) || (isList(value) && listMethods.has(name))
        ? { hint: `Methods are called with brackets: ${shown}.${name}().` }
        : {}),
    },
  );
}

export function nameOf(value: ScopeValue): string {
  if (value === null || typeof value !== 'object') return kindOf(value);
  if (value instanceof DeferredText) return kindOf(value);
  return isList(value) ? 'a list' : isMap(value) ? 'a map' : 'a function';
}
