import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const schemaFile = path.join(root, 'prisma/schema.prisma');
const output = path.join(root, 'apps/api/src/generated/prisma');
const stampFile = path.join(output, '.stamp');

/** Makes Prisma's client from the schema, unless the one that is there was made from the same schema by the same version. */
export function generateClient(options: { force?: boolean } = {}): 'made' | 'current' {
  const require = createRequire(import.meta.url);
  const packageFile = require.resolve('prisma/package.json');
  const stamp = createHash('sha256')
    .update(readFileSync(schemaFile))
    .update(readFileSync(packageFile))
    .digest('hex');
  const current = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
  if (current && options.force !== true) return 'current';
  runPrisma(path.join(path.dirname(packageFile), 'build/index.js'), ['generate']);
  writeFileSync(stampFile, stamp);
  return 'made';
}

/**
 * The command line would fetch a native engine for every command, even for those that run in WebAssembly; naming any
 * existing file as that engine keeps it from trying.
 */
function runPrisma(cli: string, words: string[]): void {
  const done = spawnSync(process.execPath, [cli, ...words], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    },
  });
  if (done.status === 0) return;
  throw new Error(
    `prisma ${words.join(' ')} failed:\n${done.error?.message ?? ''}${done.stdout}${done.stderr}`,
  );
}

/** As vitest's global setup: no test meets a client that is older than the schema. */
export function setup(): void {
  generateClient();
}

if (import.meta.main) {
  const startedAt = performance.now();
  const outcome = generateClient({ force: process.argv.includes('--force') });
  console.log(`prisma client: ${outcome} (${Math.round(performance.now() - startedAt)} ms)`);
}
