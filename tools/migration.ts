import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { diffSchemas } from './schema-diff.ts';

const usage = `usage: pnpm migration NAME     write prisma/migrations/<time>_NAME/migration.sql
       pnpm migration --check  end with 1 when the schema has changes without a migration

NAME says what changes, in lower case letters, digits and _: add_release_notes`;

interface Folder {
  readonly schemaFile: string;
  readonly migrations: string;
  /** The schema that all migrations together lead to; compared with `schema.prisma` to find what is new. */
  readonly previousFile: string;
}

async function main(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { check: { type: 'boolean' }, folder: { type: 'string' } },
  });
  const folder = openFolder(values.folder ?? path.resolve(import.meta.dirname, '../prisma'));
  const [name = ''] = positionals;
  const nameFits = /^[a-z][a-z0-9_]{1,60}$/.test(name);
  if (values.check !== true && !nameFits) {
    console.error(usage);
    return 2;
  }
  const sql = await missingSql(folder);
  if (sql === '') {
    console.log('The schema has not changed since the last migration.');
    return 0;
  }
  if (values.check === true) {
    console.error(`The schema has changes without a migration; run: pnpm migration NAME\n\n${sql}`);
    return 1;
  }
  console.log(`wrote ${writeMigration(folder, name, sql)}`);
  return 0;
}

function openFolder(folder: string): Folder {
  const migrations = path.join(folder, 'migrations');
  return {
    schemaFile: path.join(folder, 'schema.prisma'),
    migrations,
    previousFile: path.join(migrations, 'previous.prisma'),
  };
}

function missingSql({ schemaFile, previousFile }: Folder): Promise<string> {
  const previous = existsSync(previousFile) ? readFileSync(previousFile, 'utf8') : undefined;
  return diffSchemas(previous, readFileSync(schemaFile, 'utf8'));
}

function writeMigration({ schemaFile, migrations, previousFile }: Folder, name: string, sql: string): string {
  // `20261121020304`, so that names sort by age.
  const time = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const file = path.join(migrations, `${time}_${name}`, 'migration.sql');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, sql);
  writeFileSync(previousFile, readFileSync(schemaFile));
  return file;
}

process.exitCode = await main(process.argv.slice(2));
