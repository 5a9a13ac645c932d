import { isMap, isNode, parseDocument } from 'yaml';
import type { Document } from 'yaml';

export type Path = readonly (string | number)[];

const parse = (text: string) => parseDocument(text, { keepSourceTokens: false });

/** The text's tree, or `null` while it is not YAML. */
export function treeOf(text: string): unknown {
  const document = parse(text);
  return document.errors.length > 0 ? null : document.toJS({ maxAliasCount: 100 });
}

/** The value at a path of a tree; `undefined` where the path leads nowhere. */
export function valueAt(tree: unknown, path: Path): unknown {
  let value = tree;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined;
    // Arrays and records are both read by key here.
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function replaceNode(document: Document, path: Path, value: unknown): void {
  const before = document.getIn(path, true);
  const node = document.createNode(value);
  if (isNode(before)) {
    node.comment = before.comment ?? null;
    node.commentBefore = before.commentBefore ?? null;
    node.spaceBefore = before.spaceBefore === true;
  }
  document.setIn(path, node);
}

/**
 * The text with one value changed, comments and order kept. `undefined` removes the key, and maps that it leaves empty.
 * Text that is not YAML comes back as it is.
 */
export function writeAt(text: string, path: Path, value: unknown): string {
  const document = parse(text);
  if (document.errors.length > 0) return text;
  if (value === undefined) {
    document.deleteIn(path);
    for (let parent = path.slice(0, -1); parent.length > 1; parent = parent.slice(0, -1)) {
      const node = document.getIn(parent);
      if (!isMap(node) || node.items.length > 0) break;
      document.deleteIn(parent);
    }
  } else {
    replaceNode(document, path, value);
  }
  return document.toString({ lineWidth: 0 });
}
