import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { identifyProcess, type ProcessIdentity } from '@slipway/postgres';
import { repository } from './config.ts';

export interface ChildSpec {
  readonly name: string;
  /** The program and its words, from the root of the checkout. */
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFolder: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What it wrote to its standard error since it began, the end of it. */
  readonly said: string;
  /** How long it lived. */
  readonly livedMs: number;
}

export interface Child {
  readonly name: string;
  readonly identity: ProcessIdentity | undefined;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

const MAX_LOG_BYTES = 20_000_000;
const MAX_SAID = 4000;

/**
 * Starts one program. It writes to files, so that it lives on undisturbed if we die; it notices our death by the
 * channel (`disconnect`) and ends by itself. Its process group is its own: Ctrl-C reaches it through us, in order.
 */
export function startChild(spec: ChildSpec): Child {
  const logFile = path.join(spec.logFolder, `${spec.name}.log`);
  const errorFile = path.join(spec.logFolder, `${spec.name}.stderr.log`);
  for (const file of [logFile, errorFile]) if (sizeOf(file) > MAX_LOG_BYTES) truncateSync(file);
  const saidFrom = sizeOf(errorFile);
  const [out, err] = [openSync(logFile, 'a', 0o600), openSync(errorFile, 'a', 0o600)];
  const startedAt = performance.now();
  const child = spawn(process.execPath, spec.words, {
    cwd: repository,
    env: spec.env,
    stdio: ['ignore', out, err, 'ipc'],
    detached: true,
  });
  closeSync(out);
  closeSync(err);
  const exited = new Promise<Exit>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null, failure = ''): void => {
      const said = failure + readFileSync(errorFile).subarray(saidFrom).toString('utf8');
      resolve({ code, signal, said: said.slice(-MAX_SAID).trim(), livedMs: performance.now() - startedAt });
    };
    child.once('error', (error) => settle(null, null, `${error.message}\n`));
    child.once('exit', (code, signal) => settle(code, signal));
  });
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  return { name: spec.name, identity, logFile, exited, kill: (signal) => killGroup(child, signal) };
}

/** A signal that asks goes to the program; one that ends takes what the program started along. */
function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  } catch {
    // It ended in this moment.
  }
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/** Asks it to end, and ends it when it has not after `graceMs`. */
export async function stopChild(child: Child, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const patience = new AbortController();
  const ended = await Promise.race([
    child.exited.then(() => true),
    pause(graceMs, false, { signal: patience.signal }).catch(() => false),
  ]);
  patience.abort();
  if (!ended) child.kill('SIGKILL');
  await child.exited;
}
