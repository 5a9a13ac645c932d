// @vitest-environment node
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import type { Rolldown } from 'vite';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

const kilobyte = 1000;
const lazy = /code-mirror|check-document/;

let chunks: ReadonlyMap<string, Rolldown.OutputChunk>;

const gzipped = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);

/** A chunk with all that it imports before it runs. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const imported of chunks.get(name)?.imports ?? []) withImports(imported, seen);
  return seen;
}

const chunkOf = (file: string): string => {
  const found = [...chunks.values()].find((chunk) => chunk.facadeModuleId?.endsWith(file) === true);
  if (found === undefined) throw new Error(`No chunk begins at ${file}: has the screen been renamed?`);
  return found.fileName;
};

const firstScreen = (): Set<string> =>
  withImports(chunkOf('OverviewPage.tsx'), withImports(chunkOf('index.html')));

beforeAll(async () => {
  // The test runner's own value would build the slower React for development.
  vi.stubEnv('NODE_ENV', 'production');
  const result = await build({
    root: path.resolve(import.meta.dirname, '..'),
    logLevel: 'silent',
    build: { write: false },
  });
  const outputs = Array.isArray(result) ? result : [result];
  chunks = new Map(
    outputs
      // Without watching, each result has its output.
      .flatMap((output) => (output as Rolldown.RolldownOutput).output)
      .flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])),
  );
}, 120_000);

afterAll(() => vi.unstubAllEnvs());

it('shows the first screen after at most 200 kB of script', () => {
  const size = gzipped(firstScreen());
  console.info(`first screen: ${(size / kilobyte).toFixed(1)} kB of script, gzip`);
  expect(size).toBeLessThanOrEqual(200 * kilobyte);
});

it.each([
  'GetStartedPage.tsx',
  'ExecutionPage.tsx',
  'EntityPage.tsx',
  'NewEntityPage.tsx',
  'ExecutionsPage.tsx',
  'FilePage.tsx',
])('fetches at most 60 kB for %s', (page) => {
  const first = firstScreen();
  const further = [...withImports(chunkOf(page))].filter((name) => !first.has(name) && !lazy.test(name));
  const size = gzipped(further);
  console.info(`${page}: ${(size / kilobyte).toFixed(1)} kB more`);
  expect(size).toBeLessThanOrEqual(60 * kilobyte);
});
