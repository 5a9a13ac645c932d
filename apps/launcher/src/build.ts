import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { repository } from './config.ts';
import { LaunchFailure } from './launch-failure.ts';

export const webFolder = path.join(repository, 'apps/web/dist');
const stampFile = path.join(webFolder, '.sources');

/** Everything that ends up in the browser. */
const webSources = [
  'apps/web/src',
  'apps/web/public',
  'apps/web/index.html',
  'apps/web/vite.config.ts',
  'apps/web/package.json',
  'packages/contracts/src',
  'packages/expressions/src',
  'packages/pipeline-core/src',
  'pnpm-lock.yaml',
];

/** Makes Prisma's client where the schema has changed. */
export async function buildClient(signal: AbortSignal): Promise<string> {
  const { code, output } = await run([path.join(repository, 'tools/generate.ts')], repository, signal);
  if (code === 0) return output.includes('current') ? 'current' : 'made';
  throw buildFailure('the database client', output);
}

/** Builds the console where its sources have changed. */
export async function buildConsole(signal: AbortSignal): Promise<string> {
  const stamp = hashOf(webSources.map((source) => path.join(repository, source)));
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return 'current';
  const web = path.join(repository, 'apps/web');
  // Beside the finished one until it is whole: another start may be serving that, or building as well.
  const fresh = path.join(web, `node_modules/.build-${process.pid}`);
  const vite = createRequire(path.join(web, 'package.json')).resolve('vite/package.json');
  const words = ['build', '--logLevel', 'warn', '--outDir', fresh, '--emptyOutDir'];
  const { code, output } = await run([path.join(path.dirname(vite), 'bin/vite.js'), ...words], web, signal);
  if (code !== 0) throw buildFailure('the console', output);
  writeFileSync(path.join(fresh, path.basename(stampFile)), stamp);
  rmSync(webFolder, { recursive: true, force: true });
  renameSync(fresh, webFolder);
  return 'built';
}

/** One hash over names and contents of files and folders; those that do not exist count as such. */
export function hashOf(sources: readonly string[]): string {
  const hash = createHash('sha256');
  for (const [index, source] of sources.entries()) {
    for (const file of filesBelow(source)) {
      hash
        .update(`${index} ${path.relative(source, file)}\0`)
        .update(readFileSync(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

function filesBelow(source: string): string[] {
  if (!existsSync(source)) return [];
  try {
    return readdirSync(source, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .toSorted();
  } catch {
    // A file, not a folder.
    return [source];
  }
}

function buildFailure(what: string, output: string): LaunchFailure {
  return new LaunchFailure({
    what: `${what} could not be built`,
    why: output.trim().split('\n').slice(-25).join('\n'),
    remedy:
      'If you changed the source, correct what the lines above name. Otherwise install again: npx -y pnpm@12.21.0 install',
  });
}

function run(
  words: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, words, { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
