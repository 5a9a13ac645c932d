import { useMemo } from 'react';
import type { Mistake } from '../document/check-document.ts';
import { treeOf, valueAt, writeAt } from '../document/document.ts';
import type { Path } from '../document/document.ts';
import { mistakeAt } from '../document/mistake-at.ts';
import { useMistakes } from '../document/use-mistakes.ts';
import type { EntityKind } from '@slipway/contracts';

export interface DocumentForm {
  readonly text: string;
  /** While the text is not YAML the form cannot show it. */
  readonly broken: boolean;
  readonly mistakes: readonly Mistake[];
  read(path: Path): unknown;
  readText(path: Path): string;
  write(path: Path, value: unknown): void;
  /** Several values at once. */
  writeAll(changes: readonly (readonly [Path, unknown])[]): void;
  replace(text: string): void;
  /** The mistake of a field; an empty field is told so only once `strict`. */
  errorAt(path: Path): string | undefined;
}

/** A form over the text of a document: every field reads it and writes it, nothing is kept twice. */
export function useDocumentForm(
  kind: EntityKind,
  text: string,
  onText: (text: string) => void,
  strict: boolean,
): DocumentForm {
  const tree = useMemo(() => treeOf(text), [text]);
  const mistakes = useMistakes(kind, text);
  const writeAll = (changes: readonly (readonly [Path, unknown])[]) =>
    onText(changes.reduce((written, [path, value]) => writeAt(written, path, value), text));
  return {
    text,
    broken: tree === null,
    mistakes,
    read: (path) => valueAt(tree, path),
    readText: (path) => {
      const value = valueAt(tree, path);
      return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
    },
    write: (path, value) => writeAll([[path, value]]),
    writeAll,
    replace: onText,
    errorAt: (path) => {
      const value = valueAt(tree, path);
      const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
      if (!strict && isEmpty) return undefined;
      return mistakeAt(mistakes, path);
    },
  };
}
