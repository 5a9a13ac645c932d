import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { createClusters } from './cluster/clusters.ts';
import { ConfigError, readConfig, type DelegateConfig } from './config.ts';
import { serveHealth } from './health.ts';
import { startSession } from './session/session.ts';
import { openStateFolder } from './session/state-folder.ts';
import { cleanWorkRoot } from './session/work-folder.ts';
import { taskRegistry } from './tasks/all.ts';

/** How long a local delegate goes on after its parent process has died. */
const ORPHAN_DRAIN_MS = 5000;
const EXIT_CONFIGURATION = 78;

function configuration(): DelegateConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

const config = configuration();
// Read before anything else can look: what the delegate starts must not inherit it.
delete process.env['SLIPWAY_DELEGATE_TOKEN'];
delete process.env['SLIPWAY_DELEGATE_TOKEN_FILE'];

const log = pino({ level: config.logLevel, base: { delegate: config.name } });
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const state = openStateFolder({
  hostname: config.hostname,
  ...(config.stateDir === undefined ? {} : { folder: config.stateDir }),
  ...(config.instanceId === undefined ? {} : { instanceId: config.instanceId }),
});
const clusters = createClusters({
  local: config.local,
  inherited: {
    environment: config.environment,
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.sandboxStatus === undefined ? {} : { sandboxStatus: config.sandboxStatus }),
  },
});
const session = startSession({
  config,
  version: manifest.version,
  registry: taskRegistry,
  clusters,
  state,
  workRoot: cleanWorkRoot(config.stateDir),
  log,
});
if (config.healthPort !== undefined) serveHealth(config.healthPort, { connected: () => session.connected });

let stopping = false;
const stop = (withinMs: number, why: string): void => {
  if (stopping) return;
  stopping = true;
  log.info({ why, running: session.running }, 'draining');
  void session.drain(withinMs);
};
process.on('SIGTERM', () => stop(config.drainMs, 'SIGTERM'));
process.on('SIGINT', () => stop(ORPHAN_DRAIN_MS, 'SIGINT'));
// A local delegate is a child with a channel: when that closes, its parent has died and nobody would ever end it.
const orphaned = (): void => stop(ORPHAN_DRAIN_MS, 'the parent process has ended');
process.on('disconnect', orphaned);
// It may have died while this program was starting: that event is not repeated. Without a parent's channel `connected` is not set.
const channel: unknown = process.connected;
if (channel === false) orphaned();

const end = await session.ended;
if (end.exitCode === 0) log.info('ended');
else log.error(end.message);
await clusters.close();
process.exit(end.exitCode);
