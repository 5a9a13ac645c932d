import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export type GroupEnd =
  | { kind: 'exit'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'not-started'; message: string };

export interface GroupOptions {
  command: string;
  args: readonly string[];
  folder: string;
  environment: Readonly<Record<string, string>>;
  /** When it is given, the group gets SIGTERM, and SIGKILL five seconds later. */
  signal: AbortSignal;
  /** The next piece of a stream is read when this has resolved. */
  onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => Promise<void>;
}

const KILL_AFTER_MS = 5000;
/** For output that is still in the pipes when the program has ended; a background process may hold them open for ever. */
const LAST_OUTPUT_MS = 500;

/** Runs a program as the leader of its own process group, and leaves no process of the group behind. Descriptor 3 closes when this process dies. */
export async function runInGroup(options: GroupOptions): Promise<GroupEnd> {
  const child = spawn(options.command, options.args, {
    cwd: options.folder,
    env: options.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<GroupEnd>((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', message: error.message }));
    child.once('exit', (code, signal) =>
      resolve(code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'exit', code }),
    );
  });
  const { pid, stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('Both outputs were asked for as pipes.');
  // Closed by the watcher's end; a reset is no news.
  child.stdio[3]?.on('error', () => {});
  const reading = Promise.all([forward(stdout, 'stdout', options), forward(stderr, 'stderr', options)]);

  let killing: NodeJS.Timeout | undefined;
  const stop = (): void => {
    signalGroup(pid, 'SIGTERM');
    killing = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop, { once: true });
  try {
    const end = await ended;
    await Promise.race([reading, delay(LAST_OUTPUT_MS)]);
    return end;
  } finally {
    options.signal.removeEventListener('abort', stop);
    clearTimeout(killing);
    signalGroup(pid, 'SIGKILL');
    stdout.destroy();
    stderr.destroy();
    child.stdio[3]?.destroy();
  }
}

async function forward(stream: Readable, name: 'stdout' | 'stderr', options: GroupOptions): Promise<void> {
  stream.on('data', (chunk: Buffer) => {
    stream.pause();
    void options.onOutput(chunk, name).finally(() => stream.resume());
  });
  await once(stream, 'close').catch(() => {});
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The whole group has ended already.
  }
}
