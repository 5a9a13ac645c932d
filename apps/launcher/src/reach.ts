import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { LauncherConfig } from './config.ts';
import { LaunchFailure } from './launch-failure.ts';
import { loopbackUrl } from './programs.ts';

const ANSWER_DEADLINE_MS = 90_000;

/** Throws a `LaunchFailure` when the server could not listen there. */
export async function checkPort({ host, port }: Pick<LauncherConfig, 'host' | 'port'>): Promise<void> {
  const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
  if (error === undefined) return;
  if (error.code === 'EADDRINUSE') {
    throw new LaunchFailure({
      what: `port ${port} is in use`,
      why: `Another program listens on ${host}:${port}.`,
      remedy: `Stop it (lsof -i :${port} names it), or choose another port: SLIPWAY_PORT=7481`,
    });
  }
  throw new LaunchFailure({
    what: `it cannot listen on ${host}:${port}`,
    why: error.message,
    remedy:
      error.code === 'EACCES'
        ? 'Ports below 1024 need special rights: choose another with SLIPWAY_PORT.'
        : 'Set SLIPWAY_HOST to an address of this machine; 127.0.0.1 always is.',
  });
}

/** Settles once the server answers. */
export async function waitForServer(config: LauncherConfig, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + ANSWER_DEADLINE_MS;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (await answers(`${loopbackUrl(config)}/healthz`)) return;
    await pause(25);
  }
  throw new LaunchFailure({
    what: 'the server does not answer',
    why: `${loopbackUrl(config)}/healthz gave no answer within ${ANSWER_DEADLINE_MS / 1000} s.`,
    remedy: 'Read api.log and api.stderr.log in the logs folder of the data directory.',
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
