import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codeOnly } from './code-only.ts';
import { differences } from './configuration.ts';
import { deadPaths } from './documents.ts';
import { tooLong } from './file-size.ts';
import { programs } from './programs.ts';
import { impurities } from './purity.ts';
import { hostsIn, numberedFixture } from './repository.ts';
import { emptyFileName, rejectedNames } from './words.ts';

const file = (path: string, text: string) => ({ path, text });

describe('code without comments and texts', () => {
  test.each([
    ['a line comment', 'a; // Date.now()\nb', 'a;              \nb'],
    ['a block comment', 'a /* x\ny */ b', 'a     \n     b'],
    ['a text with an escaped quote', `f('it\\'s', b)`, 'f(       , b)'],
    ['a template text with an expression', '`x ${ f(`y`) } z` + g', '   ${ f(   ) }    + g'],
    ['a pattern that holds quotes and slashes', `x = /['"/]\\//g; y`, 'x =          g; y'],
    ['a division', 'a / b / c', 'a / b / c'],
  ])('%s', (_name, source, code) => {
    expect(codeOnly(source)).toBe(code);
  });
});

describe('purity', () => {
  test.each([
    ["import { readFileSync } from 'node:fs';", 'imports node:fs'],
    ['const now = Date.now();', 'reads the clock'],
    ['const now = new Date();', 'reads the clock'],
    ['const home = process.env;', 'reads the process'],
    ['const n = Math.random();', 'is random'],
    ['setTimeout(() => {}, 1);', 'sets a timer'],
    ["await fetch('http://x');", 'talks to the network'],
  ])('finds %s', (source, what) => {
    expect(impurities(file('packages/steps/src/a.ts', `// one\n${source}\n`))).toMatchObject([
      { where: 'packages/steps/src/a.ts:2', what: expect.stringContaining(what) },
    ]);
  });

  test('allows a date made of what was given, and words in comments and texts', () => {
    const source = "// Date.now() is not for us\nconst at = new Date(given);\nconst text = 'process.env';\n";
    expect(impurities(file('packages/steps/src/a.ts', source))).toEqual([]);
  });
});

describe('file size', () => {
  const lines = (count: number): string => 'x\n'.repeat(count);

  test('finds what is past its limit, and tests may be longer', () => {
    expect(tooLong(file('packages/steps/src/a.ts', lines(400)))).toEqual([]);
    expect(tooLong(file('packages/steps/src/a.ts', lines(401)))).toHaveLength(1);
    expect(tooLong(file('packages/steps/src/a.test.ts', lines(800)))).toEqual([]);
    expect(tooLong(file('packages/steps/src/a.test.ts', lines(801)))).toHaveLength(1);
  });
});

describe('documents', () => {
  const exists = (named: string): boolean => named === 'docs/testing.md' || named === 'tools/check.ts';

  test('finds paths and links that lead nowhere, with their line', () => {
    const text = 'see `tools/check.ts`\nand `tools/gone.ts`\nand [this](testing.md), [that](gone.md)\n';
    expect(deadPaths(file('docs/a.md', text), exists)).toMatchObject([
      { where: 'docs/a.md:2', what: 'names tools/gone.ts, which does not exist' },
      { where: 'docs/a.md:3', what: 'names docs/gone.md, which does not exist' },
    ]);
  });

  test('leaves commands, patterns and addresses alone', () => {
    const text =
      '`pnpm check`, `packages/*/src`, `docs/decisions/NNNN…`, [x](https://example.org), [y](#part)';
    expect(deadPaths(file('README.md', text), exists)).toEqual([]);
  });
});

describe('configuration', () => {
  test('finds a variable that is not described, and one that nobody reads', () => {
    const sources = [file('apps/api/src/a.ts', "x\nread('SLIPWAY_PORT');\nread('SLIPWAY_NEW');\n")];
    const document = file('docs/configuration.md', '`SLIPWAY_PORT`\n`SLIPWAY_OLD`\n');
    expect(differences(sources, document)).toMatchObject([
      { where: 'apps/api/src/a.ts:3', what: 'SLIPWAY_NEW is not described' },
      { where: 'docs/configuration.md:2', what: 'SLIPWAY_OLD is read by nobody' },
    ]);
  });
});

describe('words', () => {
  test('finds a rejected word in a declared name, not in a text or a longer word', () => {
    const text = "const tenantName = 1;\nconst x = 'tenant';\nfunction integrate() {}\n";
    expect(rejectedNames(file('apps/api/src/a.ts', text))).toMatchObject([
      { where: 'apps/api/src/a.ts:1', what: expect.stringContaining('tenant') },
    ]);
  });

  test('finds files named by nothing', () => {
    expect(emptyFileName('apps/api/src/string-utils.ts')).toHaveLength(1);
    expect(emptyFileName('apps/api/src/utilisation.ts')).toEqual([]);
  });
});

describe('repository', () => {
  test('finds an address in the lock file', () => {
    expect(hostsIn(file('pnpm-lock.yaml', 'a: 1\ntarball: https://mirror.example/x.tgz\n'))).toMatchObject([
      { where: 'pnpm-lock.yaml:2' },
    ]);
  });

  test('finds a numbered fixture, and only below testdata', () => {
    expect(numberedFixture('packages/a/testdata/deployment-2.yaml')).toHaveLength(1);
    expect(numberedFixture('packages/a/testdata/deployment-stuck.yaml')).toEqual([]);
    expect(numberedFixture('packages/a/src/sha-256.ts')).toEqual([]);
  });
});

/** Each program, on a small tree of its own with one thing wrong in it. */
describe('programs', () => {
  const repository = path.resolve(import.meta.dirname, '../..');
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'slipway-checks-test-'));
    symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'));
    for (const folder of ['apps/web/src', 'packages/steps/src', 'tools', 'bench', 'e2e'])
      mkdirSync(path.join(root, folder), { recursive: true });
    for (const settings of [
      '.oxfmtrc.json',
      '.oxlintrc.json',
      '.dependency-cruiser.mjs',
      'tsconfig.base.json',
    ])
      cpSync(path.join(repository, settings), path.join(root, settings));
    write('tsconfig.json', '{"extends":"./tsconfig.base.json","include":["packages","tools"]}');
    write('apps/web/tsconfig.json', '{"extends":"../../tsconfig.base.json","include":["src"]}');
    write('apps/web/src/main.ts', 'export const start = 1;\n');
    write('packages/steps/src/index.ts', "export const kind = 'step';\n");
    write('package.json', '{"name":"sample","private":true,"type":"module"}');
    write(
      'knip.json',
      '{"entry":["packages/steps/src/index.ts","apps/web/src/main.ts"],"project":["**/*.ts"]}',
    );
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(name: string, text: string): void {
    writeFileSync(path.join(root, name), text);
  }

  test.each([
    ['types', "export const kind: number = 'step';\n", 'TS2322'],
    ['lint', 'export async function go(): Promise<void> {}\ngo();\n', 'no-floating-promises'],
    ['import graph', "export { readFileSync } from 'node:fs';\n", 'pure-packages-know-no-node'],
    ['format', 'export const kind   =  "step"\n', 'index.ts'],
  ])('%s passes on what is well and finds what is wrong', async (name, wrong, says) => {
    const check = programs.find((candidate) => candidate.name === name);
    expect(await check?.run(root)).toEqual([]);
    write('packages/steps/src/index.ts', wrong);
    const findings = await check?.run(root);
    expect(findings).toHaveLength(1);
    expect(findings?.[0]?.what).toContain(says);
  });

  test('dead code is found', async () => {
    const check = programs.find(({ name }) => name === 'dead code');
    expect(await check?.run(root)).toEqual([]);
    write('packages/steps/src/nobody.ts', 'export const nobody = 1;\n');
    expect((await check?.run(root))?.[0]?.what).toContain('nobody.ts');
  });
});
