import type { Check, Finding } from './check.ts';
import { readFiles, type SourceFile } from './source-files.ts';

/** The first that matches counts. */
const limits: readonly { readonly pattern: RegExp; readonly lines: number }[] = [
  { pattern: /\.test\.tsx?$|^e2e\/|\/test\//, lines: 800 },
  { pattern: /^apps\/web\/src\/(?:pages|forms)\//, lines: 450 },
  { pattern: /^apps\/web\/src\/(?:ui|components|hooks)\//, lines: 350 },
  { pattern: /./, lines: 400 },
];
/** Route tables, generated files and tables of cases. */
const exempt = /^apps\/web\/src\/routes\.tsx$|\/testdata\/|\/generated\//;
/** Paths that may be longer for now; shrinks only. */
const exceptions: readonly string[] = [];

/** Nothing grows past what a reader can hold. */
export const fileSize: Check = {
  name: 'file size',
  run: async (root) => readFiles(root, /\.tsx?$/).flatMap(tooLong),
};

/** One finding when the file has more lines than its place allows. */
export function tooLong({ path, text }: SourceFile): Finding[] {
  const limit = limits.find(({ pattern }) => pattern.test(path))?.lines ?? 400;
  const lines = text.trimEnd().split('\n').length;
  if (exempt.test(path) || exceptions.includes(path) || lines <= limit) return [];
  return [
    {
      where: path,
      what: `has ${lines} lines, ${limit} are allowed`,
      remedy: 'split it by verb or by kind, never into "part two" or "helpers"',
    },
  ];
}
