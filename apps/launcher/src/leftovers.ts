import { setTimeout as pause } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from '@slipway/postgres';
import { type DataFolder, readRunning } from './data-folder.ts';
import type { Report } from './report.ts';

const GRACE_MS = 5000;

/** Ends what a killed start has left running. The programs notice its death themselves; this is for those that hang. */
export async function endLeftovers(folder: DataFolder, report: Report): Promise<void> {
  const left = (readRunning(folder)?.children ?? []).filter(isRunning);
  if (left.length === 0) return;
  report.line('recovery', `ending ${left.map(({ name }) => name).join(', ')} of a start that was killed`);
  await Promise.all(left.map(end));
}

async function end(program: ProcessIdentity): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const deadline = performance.now() + GRACE_MS;
    if (isRunning(program)) process.kill(program.pid, signal);
    while (isRunning(program) && performance.now() < deadline) await pause(20);
  }
}
