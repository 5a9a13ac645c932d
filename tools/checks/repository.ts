import type { Check, Finding } from './check.ts';
import { lineAt, listFiles, readFiles, type SourceFile } from './source-files.ts';

/** The lock file names packages, never where somebody's machine happened to fetch them from. */
export const lockFile: Check = {
  name: 'lock file names no hosts',
  run: async (root) => readFiles(root, /^pnpm-lock\.yaml$/).flatMap(hostsIn),
};

/** Addresses in a lock file. */
export function hostsIn({ path, text }: SourceFile): Finding[] {
  return [...text.matchAll(/https?:\/\/[^\s'"}]+/g)].map(({ 0: address, index }) => ({
    where: `${path}:${lineAt(text, index)}`,
    what: `names the address ${address}`,
    remedy: 'install again with the plain registry configuration',
  }));
}

/** A fixture is named by what it shows; a number says that nobody knew. */
export const fixtureNames: Check = {
  name: 'fixtures are named',
  run: async (root) => listFiles(root).flatMap(numberedFixture),
};

/** One finding when a file below `testdata/` has a name that ends in a digit. */
export function numberedFixture(path: string): Finding[] {
  if (!/\/testdata\/.*\d\.[a-z.]+$/.test(path)) return [];
  return [{ where: path, what: 'is a numbered fixture', remedy: 'name it by what it shows' }];
}
