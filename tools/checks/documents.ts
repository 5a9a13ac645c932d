import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Check, Finding } from './check.ts';
import { lineAt, readFiles, type SourceFile } from './source-files.ts';

/** Every path that a document names exists. */
export const documents: Check = {
  name: 'documents name real paths',
  run: async (root) =>
    readFiles(root, /^(?:README\.md|docs\/.*\.md)$/).flatMap((file) =>
      deadPaths(file, (named) => existsSync(path.join(root, named))),
    ),
};

const topLevel = /^(?:apps|packages|prisma|charts|docs|tools|bench|e2e|\.ci)\//;
/** What a start or a build makes, and what a pattern or a placeholder stands in. */
const notAPath = /\/dist\b|\/generated\b|[*<>{}$]|\.\.\.|…/;

/** Backticked paths and relative links of one document that lead nowhere. */
export function deadPaths(
  { path: document, text }: SourceFile,
  exists: (named: string) => boolean,
): Finding[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)]
    .map(({ 1: named = '', index }) => ({ named: named.replace(/[:#].*$/, ''), index }))
    .filter(({ named }) => topLevel.test(named) && !/\s/.test(named) && !notAPath.test(named));
  const linked = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)/g)].map(
    ({ 1: named = '', index }) => ({
      named: path.posix.join(path.posix.dirname(document), named),
      index,
    }),
  );
  return [...quoted, ...linked]
    .filter(({ named }) => !exists(named))
    .map(({ named, index }) => ({
      where: `${document}:${lineAt(text, index)}`,
      what: `names ${named}, which does not exist`,
      remedy: 'correct the path or take it out',
    }));
}
