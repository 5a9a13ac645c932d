import path from 'node:path';
import { LaunchFailure } from './launch-failure.ts';

export const repository = path.resolve(import.meta.dirname, '../../..');

/** What the environment says about this start. */
export interface LauncherConfig {
  readonly host: string;
  readonly port: number;
  /** Where a browser reaches the console. */
  readonly baseUrl: string;
  readonly dataDir: string;
  /** Absent: the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Absent: made and kept in the data directory. */
  readonly masterKey: string | undefined;
  readonly sandbox: boolean;
  /** The person's own cluster for the local delegate, instead of the sandbox. */
  readonly kubeconfig: string | undefined;
  /** A console that is built already; absent: it is built from the checkout. */
  readonly webDir: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment once. Throws a `LaunchFailure` that names the variable. */
export function readConfig(environment: Environment): LauncherConfig {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const host = text('SLIPWAY_HOST') ?? '127.0.0.1';
  const port = readPort(text('SLIPWAY_PORT') ?? '7480');
  const kubeconfig = text('SLIPWAY_KUBECONFIG');
  return {
    host,
    port,
    baseUrl: text('SLIPWAY_BASE_URL')?.replace(/\/$/, '') ?? `http://${reachableName(host)}:${port}`,
    dataDir: path.resolve(repository, text('SLIPWAY_DATA_DIR') ?? '.slipway'),
    databaseUrl: text('DATABASE_URL'),
    masterKey: text('SLIPWAY_MASTER_KEY'),
    sandbox: readSwitch(text('SLIPWAY_SANDBOX') ?? 'on') && kubeconfig === undefined,
    kubeconfig: kubeconfig === undefined ? undefined : path.resolve(kubeconfig),
    webDir: text('SLIPWAY_WEB_DIR'),
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LaunchFailure({
    what: 'the configuration is not valid',
    why: `SLIPWAY_PORT is "${text}", which is not a port.`,
    remedy: 'Give a number from 1 to 65535, or leave it out for 7480.',
  });
}

function readSwitch(text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new LaunchFailure({
    what: 'the configuration is not valid',
    why: `SLIPWAY_SANDBOX is "${text}".`,
    remedy: 'Set it to "off" to start without the sandbox cluster, or leave it out.',
  });
}

/** A server that listens on every address is reached on the loopback one. */
function reachableName(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
