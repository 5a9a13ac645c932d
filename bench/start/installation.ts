import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../e2e/installation.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const pnpm = 'pnpm@12.21.0';

/** A clone of the last commit, with nothing installed and no data. */
export interface Clone {
  readonly folder: string;
  readonly dataDir: string;
  readonly port: string;
  readonly apiKey: string;
  remove(): void;
}

export async function makeClone(): Promise<Clone> {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-bench-start-'));
  const checkout = path.join(folder, 'slipway');
  const cloned = spawnSync('git', ['clone', '--quiet', '--no-hardlinks', repository, checkout], {
    encoding: 'utf8',
  });
  if (cloned.status !== 0) throw new Error(`git clone: ${cloned.stderr}`);
  return {
    folder: checkout,
    dataDir: path.join(checkout, '.slipway'),
    port: String(await freePort()),
    apiKey: 'bench-administrator-key-for-rest',
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface RunningStart {
  /** Milliseconds from the command to the first time `found` says so; what it throws ends the wait. */
  until(what: string, found: () => Promise<boolean>, deadlineMs: number): Promise<number>;
  /** Ctrl-C, and milliseconds until it has ended. */
  stop(): Promise<number>;
}

/** The README's first command, as a person types it. `environment` adds to theirs. */
export function start(clone: Clone, environment: Readonly<Record<string, string>>): RunningStart {
  const startedAt = performance.now();
  const program: ChildProcess = spawn('npx', ['-y', pnpm, 'start'], {
    cwd: clone.folder,
    env: {
      ...foreignEnvironment(),
      ...environment,
      SLIPWAY_PORT: clone.port,
      SLIPWAY_BOOTSTRAP_API_KEY: clone.apiKey,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    // A group of its own, which Ctrl-C in a terminal reaches as a whole.
    detached: true,
  });
  let over = false;
  const ended = new Promise<void>((resolve) => {
    program.once('close', () => {
      over = true;
      resolve();
    });
  });
  return {
    until: async (what, found, deadlineMs) => {
      for (;;) {
        if (await found()) return performance.now() - startedAt;
        if (over) throw new Error(`start ended before ${what}`);
        if (performance.now() - startedAt > deadlineMs)
          throw new Error(`no ${what} after ${deadlineMs / 1000} s`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop: async () => {
      const stoppedAt = performance.now();
      if (program.pid !== undefined && !over) process.kill(-program.pid, 'SIGINT');
      await ended;
      return performance.now() - stoppedAt;
    },
  };
}

/** What pnpm and the tests have put into the environment of this process is not a newcomer's. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(?:npm_|pnpm_|SLIPWAY_(?!TOOLS)|DATABASE_URL$|NODE_COMPILE_CACHE$)/i;
  const entries = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const searchPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(entries), PATH: searchPath.join(path.delimiter) };
}
