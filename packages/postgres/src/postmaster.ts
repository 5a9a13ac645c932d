import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { commandLineOf, identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/** What the server writes in `postmaster.pid`, line by line (PostgreSQL: src/include/utils/pidfile.h). */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(path.join(cluster, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/**
 * Ends a server that outlived the process that started it, and clears the traces of one that was killed. A number that
 * now belongs to another program is left alone: after a reboot it may be anybody's.
 */
export async function stopOrphan(cluster: string): Promise<number | undefined> {
  const found = readPostmaster(cluster);
  if (found === undefined) return undefined;
  const orphan = identifyProcess(found.pid);
  if (orphan === undefined || !commandLineOf(found.pid).includes(cluster)) {
    rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
    return undefined;
  }
  await endPostmaster(orphan);
  if (existsSync(path.join(cluster, 'postmaster.pid')))
    rmSync(path.join(cluster, 'postmaster.pid'), { force: true });
  return orphan.pid;
}

/**
 * SIGINT is the server's fast shutdown: sessions are cut, everything is written. SIGQUIT leaves recovery to the next
 * start, SIGKILL is for a server that answers nothing.
 */
export async function endPostmaster(server: ProcessIdentity): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!isRunning(server)) return;
    process.kill(server.pid, signal);
    const deadline = performance.now() + waitMs;
    while (isRunning(server) && performance.now() < deadline) await pause(10);
  }
}
