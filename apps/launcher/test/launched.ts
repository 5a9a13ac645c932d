import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';

const repository = path.resolve(import.meta.dirname, '../../..');

/** `pnpm start` as a process, and what it prints. */
export interface Launched {
  readonly program: ChildProcess;
  readonly baseUrl: string;
  output(): string;
  /** Waits until it has printed this; throws with everything that it printed otherwise. */
  printed(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts it without a sandbox cluster, unless the environment says otherwise. */
export function launch(
  environment: Readonly<Record<string, string>>,
  words = ['apps/launcher/src/main.ts'],
): Launched {
  const program = spawn(process.execPath, words, {
    cwd: repository,
    env: { ...withoutOurs(), SLIPWAY_SANDBOX: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  let over = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    program.once('close', (code, signal) => {
      over = true;
      resolve(signal ?? code);
    });
  });
  const printed = async (pattern: RegExp, timeoutMs = 90_000): Promise<RegExpExecArray> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(output);
      if (found !== null) return found;
      if (over || Date.now() > deadline) throw new Error(`no ${String(pattern)} in:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const port = environment['SLIPWAY_PORT'] ?? '7480';
  return { program, baseUrl: `http://127.0.0.1:${port}`, output: () => output, printed, ended };
}

/** What the person who runs the tests has set for an installation of their own is not ours. */
function withoutOurs(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('SLIPWAY_')),
  );
}

/** The children of an installation by name, from what it keeps for the next start. */
export function childrenOf(dataDir: string): Record<string, number> {
  const running: unknown = JSON.parse(readFileSync(path.join(dataDir, 'running.json'), 'utf8'));
  // Written by the program under test in this shape; a test that reads anything else fails by that.
  const { children } = running as { children: { name: string; pid: number }[] };
  return Object.fromEntries(children.map(({ name, pid }) => [name, pid]));
}

export async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return String(typeof address === 'object' ? address?.port : undefined);
}
