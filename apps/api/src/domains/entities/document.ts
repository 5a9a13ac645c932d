import { entityKinds, unsupportedParam } from '@slipway/contracts';
import type { EntityKind, ErrorCode, ErrorDetail } from '@slipway/contracts';
import { LineCounter, isMap, isNode, isPair, parseAllDocuments, stringify } from 'yaml';
import type { Document, ParsedNode } from 'yaml';
import type { z } from 'zod';

/** A document as it was sent: the tree, and the text to keep. */
export interface AuthoredDocument {
  readonly kind: EntityKind;
  readonly tree: Readonly<Record<string, unknown>>;
  readonly yaml: string;
  /** Where a path of the tree stands in the text. */
  readonly locate: (path: readonly PropertyKey[]) => { line: number; column: number } | undefined;
}

export type DocumentResult =
  | { readonly ok: true; readonly document: AuthoredDocument }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly errors: readonly ErrorDetail[];
    };

const rootKeys = Object.entries(entityKinds).map(([kind, facts]) => [facts.rootKey, kind] as const);
const kindOfRootKey: ReadonlyMap<string, string> = new Map(rootKeys);

/** Aliases beyond this many mean a document that explodes when it is written out. */
const maximumAliases = 50;

/** Reads a stream of documents; empty ones are passed over. Each result stands for one document of the stream. */
export function readDocuments(text: string): DocumentResult[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, merge: true });
  if (!Array.isArray(parsed)) return [];
  return parsed
    .filter((document) => document.errors.length > 0 || document.contents !== null)
    .map((document) => readDocument(document, text, lines));
}

/** The same tree sent as JSON: it is kept as YAML, as people will want to read it. */
export function readJsonDocument(text: string): DocumentResult {
  let tree: unknown;
  try {
    tree = JSON.parse(text);
  } catch {
    return { ok: false, code: 'document.malformed', message: 'The document is not valid JSON.', errors: [] };
  }
  return readSingle(stringify(tree, { lineWidth: 0 }));
}

/** Reads exactly one document. */
export function readSingle(text: string): DocumentResult {
  const results = readDocuments(text);
  const [only] = results;
  if (results.length === 1 && only) return only;
  const message =
    results.length === 0
      ? 'The body holds no document.'
      : `The body holds ${results.length} documents; send one here, or the stream to /apply.`;
  return { ok: false, code: 'document.malformed', message, errors: [] };
}

function readDocument(
  document: Document.Parsed<ParsedNode>,
  stream: string,
  lines: LineCounter,
): DocumentResult {
  const locate = locator(document, lines);
  if (document.errors.length > 0) {
    return {
      ok: false,
      code: 'document.malformed',
      message: 'The document is not valid YAML.',
      errors: document.errors.map((error) => ({
        ...position(lines, error.pos[0]),
        message: error.message.split('\n')[0] ?? error.message,
      })),
    };
  }
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: maximumAliases });
  } catch {
    return {
      ok: false,
      code: 'document.malformed',
      message: 'The document uses too many aliases.',
      errors: [],
    };
  }
  const kind = kindOf(tree);
  if (!kind) {
    const known = rootKeys.map(([key]) => key).join(', ');
    return {
      ok: false,
      code: 'document.invalid',
      message: `A document has one key at its top: ${known}.`,
      errors: [
        { pointer: '', ...position(lines, document.range[0]), message: 'Not a known kind of document.' },
      ],
    };
  }
  const parsed = entityKinds[kind].document.safeParse(tree);
  if (!parsed.success) return { ok: false, ...toProblem(parsed.error, tree, locate) };
  return { ok: true, document: { kind, tree: parsed.data, yaml: sliceText(document, stream), locate } };
}

function kindOf(tree: unknown): EntityKind | undefined {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return undefined;
  const keys = Object.keys(tree);
  // The map is made of entityKinds' own keys.
  return keys.length === 1 ? (kindOfRootKey.get(keys[0] ?? '') as EntityKind | undefined) : undefined;
}

/** The document's own part of the stream, as it was written. */
function sliceText(document: Document.Parsed<ParsedNode>, stream: string): string {
  const alone = !/^---(\s|$)/m.test(stream) && !/^\.\.\.\s*$/m.test(stream);
  const text = alone ? stream : stream.slice(document.range[0], document.range[2]);
  return `${text
    .replace(/^---[^\S\n]*\n?/, '')
    .replace(/\n(---|\.\.\.)\s*$/, '')
    .trimEnd()}\n`;
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function locator(document: Document.Parsed<ParsedNode>, lines: LineCounter): AuthoredDocument['locate'] {
  return (path) => {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset !== undefined) return position(lines, offset);
    }
    return undefined;
  };
}

function offsetOf(document: Document.Parsed<ParsedNode>, path: readonly PropertyKey[]): number | undefined {
  if (path.length === 0) return document.range[0];
  const parent = document.getIn(path.slice(0, -1), true) ?? document.contents;
  const last = path.at(-1);
  if (isMap(parent)) {
    // A mistake in a map's entry is shown at its key.
    const pair = parent.items.find(
      (item) => isPair(item) && isNode(item.key) && String(item.key) === String(last),
    );
    if (pair && isNode(pair.key)) return pair.key.range?.[0];
    return undefined;
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function toProblem(
  error: z.ZodError,
  tree: unknown,
  locate: AuthoredDocument['locate'],
): { code: ErrorCode; message: string; errors: ErrorDetail[] } {
  const issues = error.issues.flatMap((issue) => expand(issue, tree));
  const errors = issues.map(({ path, message }) => ({ pointer: toPointer(path), ...locate(path), message }));
  const onlyUnsupported = issues.every((issue) => issue.unsupported);
  return {
    code: onlyUnsupported ? 'document.unsupported_field' : 'document.invalid',
    message: errors[0]?.message ?? 'The document is not valid.',
    errors,
  };
}

interface FlatIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly unsupported: boolean;
}

/** An unknown key is shown at the key itself; a union that fits none shows the issues of the branch that came closest. */
function expand(issue: z.core.$ZodIssue, tree: unknown): FlatIssue[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `Unknown field ${key}.`,
      unsupported: false,
    }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((a, b) => deepest(b) - deepest(a))[0] ?? [];
    return closest.flatMap((inner) => expand({ ...inner, path: [...issue.path, ...inner.path] }, tree));
  }
  const unsupported = issue.code === 'custom' && issue.params?.[unsupportedParam] === true;
  return [
    {
      path: issue.path,
      message: isMissing(issue, tree) ? 'This field is required.' : issue.message,
      unsupported,
    },
  ];
}

const deepest = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length));

function isMissing(issue: z.core.$ZodIssue, tree: unknown): boolean {
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return false;
  let value: unknown = tree;
  for (const part of issue.path) {
    if (typeof value !== 'object' || value === null) return true;
    value = Object.hasOwn(value, part) ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  return value === undefined;
}
