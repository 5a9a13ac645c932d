import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { endProcess } from './end-process.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';

/** A program that must run for as long as the sandbox does. */
export interface ProcessSpec {
  name: string;
  /** Path of the program. */
  program: string;
  args: readonly string[];
  /** Added to the environment of this process. */
  env?: Readonly<Record<string, string>>;
  /** Output of both streams is appended here. */
  logFile: string;
}

/** A running program that is started again whenever it ends by itself. */
export interface SupervisedProcess {
  readonly name: string;
  /** Who it is now; undefined between an unexpected end and the next start. */
  identity(): ProcessIdentity | undefined;
  /** How often it had to be started again. */
  restarts(): number;
  /** Ends it for good: SIGTERM, then SIGKILL. */
  stop(): Promise<void>;
}

const firstBackoffMs = 200;
const longestBackoffMs = 5_000;
const steadyAfterMs = 30_000;
const logRotationBytes = 20 * 1024 * 1024;

/** Starts a program in its own process group and keeps it running. `onChange` is told after each start and end. */
export function superviseProcess(spec: ProcessSpec, onChange: () => void): SupervisedProcess {
  let identity: ProcessIdentity | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let restarts = 0;
  let backoffMs = firstBackoffMs;

  const startAgainLater = (startedAtMs: number): void => {
    identity = undefined;
    if (!stopped) {
      if (Date.now() - startedAtMs > steadyAfterMs) backoffMs = firstBackoffMs;
      restarts += 1;
      timer = setTimeout(start, backoffMs);
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
    }
    onChange();
  };
  const start = (): void => {
    const startedAtMs = Date.now();
    let running: ChildProcess;
    try {
      running = spawnLogged(spec);
    } catch {
      // A log that cannot be opened (a full disk) must not take the supervisor with it.
      startAgainLater(startedAtMs);
      return;
    }
    identity = running.pid === undefined ? undefined : identifyProcess(running.pid);
    // A program that cannot be spawned reports only an error, one that has run an exit: whichever comes first.
    let ended = false;
    const onEnd = (): void => {
      if (!ended) startAgainLater(startedAtMs);
      ended = true;
    };
    running.once('exit', onEnd);
    running.once('error', onEnd);
    onChange();
  };
  start();

  return {
    name: spec.name,
    identity: () => identity,
    restarts: () => restarts,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      if (identity) await endProcess(identity);
      // The end may be seen before this process is told of it.
      identity = undefined;
    },
  };
}

function spawnLogged(spec: ProcessSpec): ChildProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  rotate(spec.logFile);
  const log = openSync(spec.logFile, 'a', 0o600);
  try {
    return spawn(spec.program, spec.args, {
      // Its own group: a Ctrl-C in the terminal reaches the supervisor alone, which ends the programs in order.
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...spec.env },
    });
  } finally {
    closeSync(log);
  }
}

function rotate(path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logRotationBytes) renameSync(path, `${path}.1`);
}
