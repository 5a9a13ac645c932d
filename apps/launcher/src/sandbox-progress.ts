import { setTimeout as pause } from 'node:timers/promises';
import type { SandboxStatus } from '@slipway/sandbox';
import type { Report } from './report.ts';
import { seconds } from './report.ts';

/**
 * Tells the steps of the sandbox's start as they end, until it is ready or has failed. `startedAt` (ISO 8601): what is
 * older was said by an earlier start.
 */
export async function followSandbox(
  dataDir: string,
  report: Report,
  options: { startedAt: string; signal: AbortSignal },
): Promise<void> {
  // Loaded late: the console does not wait for what the cluster needs.
  const { readSandboxStatus } = await import('@slipway/sandbox');
  const told = new Set<string>();
  while (!options.signal.aborted) {
    const status = readSandboxStatus(dataDir);
    if (status.updatedAt >= options.startedAt) {
      for (const line of news(status, told)) report.line('cluster', line);
      if (status.phase === 'ready') {
        const version =
          status.kubernetesVersion === undefined ? '' : `Kubernetes ${status.kubernetesVersion} `;
        const tookMs = Date.parse(status.updatedAt) - Date.parse(options.startedAt);
        return report.line('cluster', `${version}ready after ${seconds(tookMs)}; its pods are simulated`);
      }
      if (status.phase === 'failed') return report.warn(sandboxFailure(status));
    }
    await pause(300, undefined, { signal: options.signal }).catch(() => {});
  }
}

/** Lines that were not told yet: what a running step says of itself, and ends of steps that took long. */
export function news(status: SandboxStatus, told: Set<string>): string[] {
  return status.steps.flatMap(({ name, state, startedAt, endedAt, detail }) => {
    const speaks = state === 'done' || (state === 'running' && detail !== undefined);
    if (!speaks) return [];
    const tookMs =
      startedAt !== undefined && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(startedAt) : 0;
    if (state === 'done' && tookMs < 2000) return [];
    const line = state === 'done' ? `${name}: done in ${seconds(tookMs)}` : `${name}: ${detail}`;
    if (told.has(line)) return [];
    told.add(line);
    return [line];
  });
}

function sandboxFailure({ message, hint }: SandboxStatus): string {
  return `the sandbox cluster did not start: ${message}${hint === undefined ? '' : `\n              ${hint}`}\n              Everything that needs no cluster goes on.`;
}
