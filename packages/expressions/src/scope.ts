import { own } from './values.ts';
import type { Scope, ScopeMap, ScopeValue } from './values.ts';
import { isList, isMap, TemplateText } from './values.ts';

/** A scope whose roots are the keys of a map. */
export function scopeOf(roots: ScopeMap): Scope {
  return {
    get: (name) => own(roots, name),
    names: () => Object.keys(roots),
  };
}

/** A scope that asks each of several in turn: put the nearest (relative roots) first. */
export function joinScopes(...scopes: readonly Scope[]): Scope {
  return {
    get: (name) => {
      for (const scope of scopes) {
        const found = scope.get(name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    names: () => [...new Set(scopes.flatMap((scope) => scope.names()))],
  };
}

/**
 * Marks every text of a tree as one in which expressions are resolved when it is asked for, as in step specs and
 * variables that the author of the pipeline wrote. Data from outside (payloads, outputs of steps) is never marked:
 * what it holds is data, even when it looks like an expression.
 */
export function asTemplates(tree: ScopeValue, place: string, scope?: Scope): ScopeValue {
  if (typeof tree === 'string') return tree.includes('<+') ? new TemplateText(tree, place, scope) : tree;
  if (isList<ScopeValue | undefined>(tree))
    return tree.map((item, index) => asTemplates(item ?? null, `${place}[${index}]`, scope));
  if (!isMap(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [
      key,
      value === undefined ? undefined : asTemplates(value, place === '' ? key : `${place}.${key}`, scope),
    ]),
  );
}
