import type { ExpressionError } from './errors.ts';
import { evaluateIn } from './evaluate.ts';
import type { EvaluateOptions } from './evaluate.ts';
import { Budget, defaultLimits } from './limits.ts';
import { createSession } from './session.ts';
import { DeferredText, isList, isMap, setOwn } from './values.ts';
import type { Scope, ScopeValue, Value } from './values.ts';

/** Keys and positions that lead from the root of a tree to a place in it. */
export type Path = readonly (string | number)[];

/** An error and where in the tree it stands. */
export interface TreeError extends ExpressionError {
  readonly place: string;
  /** JSON pointer (RFC 6901) from the root of the tree. */
  readonly pointer: string;
}

export type TreeResult =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly errors: readonly TreeError[] };

export interface ResolveTreeOptions extends Omit<EvaluateOptions, 'place'> {
  /** Dotted path of the tree's root, such as `stages.deploy.spec.execution.steps.x.spec`; '' by default. */
  readonly path?: string;
  /** Deepest nesting that is walked; 100 by default. */
  readonly depth?: number;
}

/**
 * Resolves the expressions in every text of a tree of plain data, such as the spec of a step. Keys are left as they
 * are. Every text is tried, so that the errors of all of them are known at once.
 */
export function resolveTree(tree: ScopeValue, scope: Scope, options: ResolveTreeOptions = {}): TreeResult {
  const errors: TreeError[] = [];
  const { path: root = '', depth = 100, ...evaluateOptions } = options;
  const session = createSession(new Budget({ ...defaultLimits, ...options.limits }));

  const report = (error: ExpressionError, path: Path): null => {
    errors.push({ ...error, place: error.place ?? placeOf(path, root), pointer: pointerOf(path) });
    return null;
  };

  const walk = (value: ScopeValue | undefined, path: Path): Value => {
    if (typeof value === 'string') {
      const result = evaluateIn(session, value, scope, { ...evaluateOptions, place: placeOf(path, root) });
      return result.ok ? result.value : report(result.error, path);
    }
    if (value === undefined || value === null) return null;
    if (typeof value !== 'object' || value instanceof DeferredText) return value;
    if (path.length >= depth) {
      return report(
        {
          code: 'expression.too_deep',
          message: `This is nested deeper than ${depth} levels.`,
          expression: '',
          offset: 0,
        },
        path,
      );
    }
    if (isList<ScopeValue | undefined>(value))
      return value.map((item, index) => walk(item, [...path, index]));
    if (!isMap(value)) {
      return report(
        { code: 'expression.wrong_type', message: 'This is not plain data.', expression: '', offset: 0 },
        path,
      );
    }
    const map: { [key: string]: Value } = {};
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) setOwn(map, key, walk(item, [...path, key]));
    return map;
  };

  const value = walk(tree, []);
  return errors.length === 0 ? { ok: true, value } : { ok: false, errors };
}

/** `stages.deploy.spec.source[0].script`: a path as people read it. */
export function placeOf(path: Path, root = ''): string {
  return path.reduce<string>(
    (place, key) => (typeof key === 'number' ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`),
    root,
  );
}

/** A path as a JSON pointer (RFC 6901). */
export function pointerOf(path: Path): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
