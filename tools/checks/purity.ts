import type { Check, Finding } from './check.ts';
import { codeOnly } from './code-only.ts';
import { lineAt, readFiles, type SourceFile } from './source-files.ts';

const purePackages = ['deploy-engine', 'expressions', 'pipeline-core', 'readiness', 'steps'];

const impure: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /\bprocess\s*[.[]/g, what: 'reads the process (environment, arguments, memory)' },
  { pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\./g, what: 'reads the clock' },
  { pattern: /\bMath\s*\.\s*random\b|\bcrypto\s*\.\s*(?:random|getRandom)/g, what: 'is random' },
  { pattern: /\b(?:setTimeout|setInterval|setImmediate)\s*\(/g, what: 'sets a timer' },
  { pattern: /\bfetch\s*\(|\bnew\s+(?:WebSocket|XMLHttpRequest)\b/g, what: 'talks to the network' },
  { pattern: /\bconsole\s*\./g, what: 'writes to the console' },
  { pattern: /\bglobalThis\b/g, what: 'reaches for globals' },
];
const nodeImport = /\b(?:from|import)\s*\(?\s*['"](node:[^'"]+)['"]/g;

/** What decides must give the same answer to the same question: no clock, no chance, no input or output. */
export const purity: Check = {
  name: 'purity of the deciding packages',
  run: async (root) => {
    const pattern = new RegExp(`^packages/(?:${purePackages.join('|')})/src/`);
    return readFiles(root, /\.ts$/)
      .filter((file) => pattern.test(file.path) && !/\.test\.ts$|\/testdata\//.test(file.path))
      .flatMap(impurities);
  },
};

/** Everything impure in one file. */
export function impurities({ path, text }: SourceFile): Finding[] {
  const code = codeOnly(text);
  const remedy = 'take it as a parameter, or do it in an app';
  const found = impure.flatMap(({ pattern, what }) =>
    [...code.matchAll(pattern)].map(({ 0: word, index }) => ({
      where: `${path}:${lineAt(text, index)}`,
      what: `${word.trim()} ${what}`,
      remedy,
    })),
  );
  const imports = [...text.matchAll(nodeImport)]
    // A comment or a text may speak of an import.
    .filter(({ index }) => /^(?:from|import)/.test(code.slice(index)))
    .map(({ 1: module, index }) => ({
      where: `${path}:${lineAt(text, index)}`,
      what: `imports ${module}`,
      remedy,
    }));
  return [...imports, ...found];
}
