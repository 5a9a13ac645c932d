import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A file of the repository; `path` is from its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

const notOurs = new Set([
  'node_modules',
  'dist',
  'generated',
  'coverage',
  'test-results',
  'playwright-report',
]);

/** Paths of all files below `folder` (both from the root), without what is installed, generated or hidden. */
export function listFiles(root: string, folder = ''): string[] {
  const entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const at = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory())
      return entry.name.startsWith('.') && entry.name !== '.ci' ? [] : listFiles(root, at);
    return entry.isFile() ? [at] : [];
  });
}

/** The files whose path matches, with their text. */
export function readFiles(root: string, pattern: RegExp): SourceFile[] {
  return listFiles(root)
    .filter((file) => pattern.test(file))
    .map((file) => ({ path: file, text: readFileSync(path.join(root, file), 'utf8') }));
}

/** 1 is the first line. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
