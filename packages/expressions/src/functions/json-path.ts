import { Failure } from '../errors.ts';
import type { Budget } from '../limits.ts';
import { DeferredText, isList } from '../values.ts';
import type { Value } from '../values.ts';

type Segment =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'deep' };

/** What a JSON path finds. A path with `*` or `..` may find any number of values and is not definite. */
export interface Found {
  readonly values: readonly Value[];
  readonly definite: boolean;
}

/** Selects by `$.a.b[0]['c'].*` and `$..name`; a path without `$` starts at the root as well. Filters are refused. */
export function selectPath(path: string, root: Value, budget: Budget): Found {
  const segments = parsePath(path);
  let values: readonly Value[] = [root];
  for (const segment of segments) values = values.flatMap((value) => [...step(value, segment, budget)]);
  return { values, definite: segments.every(({ kind }) => kind === 'key' || kind === 'index') };
}

function parsePath(path: string): readonly Segment[] {
  const segments: Segment[] = [];
  let rest = path.trim();
  if (rest.startsWith('$')) rest = rest.slice(1);
  else if (rest !== '' && !rest.startsWith('[')) rest = `.${rest}`;
  while (rest !== '') {
    const piece =
      /^(\.\.?)(\*|[^.[\]*]+)/.exec(rest) ??
      /^(\.\.)?\[\s*(?:(\*)|(-?\d{1,9})|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\s*\]/.exec(rest);
    if (piece === null || segments.length > 100) throw badPath(path, rest);
    rest = rest.slice(piece[0].length);
    if (piece[1] === '..') segments.push({ kind: 'deep' });
    segments.push(toSegment(piece));
  }
  return segments;
}

function toSegment(piece: RegExpExecArray): Segment {
  if (piece[2] === '*') return { kind: 'all' };
  if (piece[3] !== undefined) return { kind: 'index', index: Number(piece[3]) };
  const quoted = piece[4] ?? piece[5];
  return { kind: 'key', key: quoted === undefined ? (piece[2] ?? '') : quoted.replaceAll(/\\(.)/g, '$1') };
}

function badPath(path: string, rest: string): Failure {
  return new Failure(
    'expression.bad_path',
    `The JSON path ${JSON.stringify(path.slice(0, 100))} cannot be read at ${JSON.stringify(rest.slice(0, 20))}.`,
    {
      hint: "Known are .name, ['name'], [0], [*], .* and ..name; filters are not supported.",
    },
  );
}

function* step(value: Value, segment: Segment, budget: Budget): Generator<Value> {
  budget.spend(1);
  if (value === null || typeof value !== 'object' || value instanceof DeferredText) {
    if (segment.kind === 'deep') yield value;
    return;
  }
  if (segment.kind === 'deep') {
    yield* descend(value, budget);
  } else if (segment.kind === 'all') {
    yield* Object.values(value);
  } else if (segment.kind === 'key') {
    if (!isList<Value>(value) && Object.hasOwn(value, segment.key)) yield value[segment.key] ?? null;
  } else if (isList<Value>(value)) {
    const item = value.at(segment.index);
    if (item !== undefined) yield item;
  }
}

function* descend(value: Value, budget: Budget): Generator<Value> {
  // An own stack: data may be nested deeper than calls may be.
  const open: Value[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    budget.spend(1);
    yield next;
    if (next !== null && typeof next === 'object' && !(next instanceof DeferredText)) {
      for (const item of Object.values<Value>(next).toReversed()) open.push(item);
    }
  }
}
