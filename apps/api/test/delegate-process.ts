import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const program = path.resolve(import.meta.dirname, '../../delegate/src/main.ts');

/** A delegate as a process of its own, the very program that users run. */
export interface DelegateProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly stateDir: string;
  /** What it printed so far. */
  output(): string;
  readonly exited: Promise<number | null>;
  /** `SIGKILL` by default. Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface DelegateProcessOptions {
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Kept by the caller for a second start of the same instance; else made, and removed at the end. */
  readonly stateDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Has a channel to this process, as to a launcher; `child.disconnect()` is then the parent's death. */
  readonly withParent?: boolean;
}

export async function startDelegateProcess(options: DelegateProcessOptions): Promise<DelegateProcess> {
  const stateDir = options.stateDir ?? (await mkdtemp(path.join(tmpdir(), 'slipway-delegate-test-')));
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'pipe', ...(options.withParent === true ? (['ipc'] as const) : [])],
    env: {
      PATH: process.env['PATH'],
      SLIPWAY_URL: options.url,
      SLIPWAY_DELEGATE_TOKEN: options.token,
      SLIPWAY_DELEGATE_NAME: options.name,
      SLIPWAY_DELEGATE_STATE_DIR: stateDir,
      SLIPWAY_DELEGATE_LOCAL: '1',
      ...options.environment,
    },
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString('utf8');
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.kill(signal);
    await exited;
  };
  return {
    child,
    stateDir,
    output: () => output,
    exited,
    kill,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await kill();
      if (options.stateDir === undefined) await rm(stateDir, { recursive: true, force: true });
    },
  };
}
