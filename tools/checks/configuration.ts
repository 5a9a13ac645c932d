import type { Check, Finding } from './check.ts';
import { lineAt, readFiles, type SourceFile } from './source-files.ts';

const page = 'docs/configuration.md';
const variable = /\b(?:SLIPWAY_[A-Z][A-Z_]*[A-Z]|DATABASE_URL)\b/g;
/** Marks of our own on processes that we start; nobody sets them. */
const internal = new Set(['SLIPWAY_SANDBOX_PROCESS_OF', 'SLIPWAY_TOOLS_BUILD']);

/** Every variable that a program reads is described, and every one described is read. */
export const configuration: Check = {
  name: 'configuration is described',
  run: async (root) => {
    const sources = readFiles(root, /^(?:apps|packages|tools|e2e|bench)\/.*\.ts$|^playwright\.config\.ts$/);
    const [document] = readFiles(root, /^docs\/configuration\.md$/);
    const read = sources.filter(({ path }) => !/\.test\.ts$|\/testdata\/|^tools\/checks\//.test(path));
    return differences(read, document ?? { path: page, text: '' });
  },
};

/** Variables on one side only. */
export function differences(sources: readonly SourceFile[], document: SourceFile): Finding[] {
  const described = new Map([...document.text.matchAll(variable)].map(({ 0: name, index }) => [name, index]));
  const used = new Map<string, string>();
  for (const { path, text } of sources) {
    for (const { 0: name, index } of text.matchAll(variable))
      used.set(name, `${path}:${lineAt(text, index)}`);
  }
  const missing = [...used]
    .filter(([name]) => !described.has(name) && !internal.has(name))
    .map(([name, where]) => ({ where, what: `${name} is not described`, remedy: `add it to ${page}` }));
  const stale = [...described]
    .filter(([name]) => !used.has(name))
    .map(([name, index]) => ({
      where: `${page}:${lineAt(document.text, index)}`,
      what: `${name} is read by nobody`,
      remedy: 'take it out',
    }));
  return [...missing, ...stale];
}
