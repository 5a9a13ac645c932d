import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const head = 'datasource db {\n  provider = "postgresql"\n}\n';
const oneColumn = `${head}model Note {\n  id Int @id\n}\n`;
const twoColumns = `${head}model Note {\n  id Int @id\n  text String @default("")\n}\n`;

/** As a process, because the WebAssembly engine loads in Node itself and not in the test runner's module graph. */
function migration(...words: string[]): { status: number | null; output: string } {
  const program = path.join(import.meta.dirname, 'migration.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('pnpm migration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'slipway-migration-test-'));
    mkdirSync(path.join(folder, 'migrations'));
    writeFileSync(path.join(folder, 'schema.prisma'), oneColumn);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const written = (name: string): string => {
    const found = readdirSync(path.join(folder, 'migrations')).find((entry) => entry.endsWith(name)) ?? name;
    return readFileSync(path.join(folder, 'migrations', found, 'migration.sql'), 'utf8');
  };

  test('starts from nothing, then writes only what changed', () => {
    expect(migration('first', '--folder', folder).status).toBe(0);
    expect(written('_first')).toContain('CREATE TABLE "Note"');
    writeFileSync(path.join(folder, 'schema.prisma'), twoColumns);
    expect(migration('second', '--folder', folder).status).toBe(0);
    expect(written('_second')).toContain('ADD COLUMN     "text"');
    expect(written('_second')).not.toContain('CREATE TABLE');
  });

  test('finds a schema that has changes without a migration', () => {
    migration('first', '--folder', folder);
    expect(migration('--check', '--folder', folder).status).toBe(0);
    writeFileSync(path.join(folder, 'schema.prisma'), twoColumns);
    const { status, output } = migration('--check', '--folder', folder);
    expect(status).toBe(1);
    expect(output).toContain('ADD COLUMN');
  });

  test('explains itself when the name does not fit', () => {
    expect(migration('Not A Name', '--folder', folder)).toMatchObject({
      status: 2,
      output: expect.stringContaining('usage: pnpm migration NAME'),
    });
  });
});

test('every change of the schema has its migration', () => {
  const { status, output } = migration('--check');
  expect(status, output).toBe(0);
});
