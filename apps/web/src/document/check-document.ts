import { entityKinds } from '@slipway/contracts';
import type { EntityKind } from '@slipway/contracts';
import { LineCounter, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** One thing wrong in a document: where in the text (offsets and line, from 1) and where in the tree. */
export interface Mistake {
  readonly message: string;
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly path: readonly (string | number)[];
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/** The range of the deepest part of a path that exists: a missing key is shown at its parent. */
function rangeOf(document: Document, path: readonly (string | number)[]): [number, number] {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range !== null && node.range !== undefined) {
      const [from, to] = node.range;
      return depth === path.length ? [from, to] : [from, from + 1];
    }
  }
  return [0, 1];
}

function schemaMistakes(kind: EntityKind, document: Document, lines: LineCounter): Mistake[] {
  const checked = entityKinds[kind].document.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (checked.success) return [];
  return checked.error.issues.map((issue: Issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys?.[0] : undefined;
    // Documents have no symbol keys.
    const path = [...issue.path, ...(unknown === undefined ? [] : [unknown])] as (string | number)[];
    const [from, to] = rangeOf(document, path);
    const message = unknown === undefined ? issue.message : `There is no field ${unknown} here.`;
    return { message, path, from, to, line: lines.linePos(from).line };
  });
}

/** Checks the text of one document as the API will: first as YAML, then against its kind's schema. */
export function checkDocument(kind: EntityKind, text: string): Mistake[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({
      message: error.message,
      path: [],
      from: error.pos[0],
      to: error.pos[1],
      line: lines.linePos(error.pos[0]).line,
    }));
  }
  return schemaMistakes(kind, document, lines);
}
