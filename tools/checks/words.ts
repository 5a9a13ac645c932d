import type { Check, Finding } from './check.ts';
import { codeOnly } from './code-only.ts';
import { lineAt, readFiles, type SourceFile } from './source-files.ts';

/** Words that the glossary rejects or that name nothing, as parts of names that we declare. */
const rejected: readonly { readonly word: string; readonly instead: string }[] = [
  { word: 'tenant', instead: 'account, organization or project' },
  { word: 'workspace', instead: 'project' },
  { word: 'integration', instead: 'connector' },
  { word: 'workflow', instead: 'pipeline' },
  { word: 'application', instead: 'service' },
  { word: 'utils', instead: 'the subject' },
  { word: 'helpers', instead: 'the subject' },
];
const emptyFileWords =
  /(?:^|[-.])(?:utils?|helpers?|common|misc|manager|handler|processor|info|impl)(?=[-.]|$)/;
const declaration = /\b(?:const|let|function|class|interface|type)\s+([A-Za-z_$][\w$]*)/g;

/** One word per idea, from the glossary. */
export const words: Check = {
  name: "words are the glossary's",
  run: async (root) =>
    readFiles(root, /^(?:apps|packages|tools)\/.*\.tsx?$/)
      .filter(({ path }) => !path.startsWith('tools/checks/words') && !path.includes('/testdata/'))
      .flatMap((file) => [...rejectedNames(file), ...emptyFileName(file.path)]),
};

/** Declarations whose name holds a rejected word. */
export function rejectedNames({ path, text }: SourceFile): Finding[] {
  return [...codeOnly(text).matchAll(declaration)].flatMap(({ 1: name = '', index }) => {
    const parts = name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .split(/[\s_$]+/);
    const found = rejected.find(({ word }) => parts.includes(word) || parts.includes(`${word}s`));
    if (found === undefined) return [];
    const where = `${path}:${lineAt(text, index)}`;
    return [
      { where, what: `${name} says "${found.word}"`, remedy: `say ${found.instead} (docs/glossary.md)` },
    ];
  });
}

/** A file named by a word that says nothing of its subject. */
export function emptyFileName(path: string): Finding[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.tsx?$/, '');
  const found = emptyFileWords.exec(name);
  if (found === null) return [];
  return [{ where: path, what: `is named by a word that says nothing`, remedy: 'name it by its subject' }];
}
