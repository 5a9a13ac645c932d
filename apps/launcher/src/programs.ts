import path from 'node:path';
import { webFolder } from './build.ts';
import type { ChildSpec } from './child.ts';
import { type LauncherConfig, repository } from './config.ts';
import type { DataFolder } from './data-folder.ts';

/** What the programs are told beyond the configuration. */
export interface Secrets {
  readonly databaseUrl: string;
  readonly masterKey: string;
  readonly delegateToken: string;
}

export type ProgramName = 'api' | 'worker' | 'sandbox' | 'delegate';

/** What Node keeps of stripped and compiled source: it more than halves the time the server takes to answer. */
const compileCache = path.join(repository, 'node_modules/.cache/compile');

/** Shorter than our own patience at the end: what is not done by then is taken up by the next start. */
const DRAIN_SECONDS = 10;

type Environment = Readonly<Record<string, string | undefined>>;

/** How each program is started. Pure: the environment comes in and nothing is read. */
export function programs(
  config: LauncherConfig,
  folder: DataFolder,
  secrets: Secrets,
  environment: Environment,
): Record<ProgramName, ChildSpec> {
  const logFolder = folder.logs;
  const server = serverEnvironment(config, folder, secrets, environment);
  return {
    api: { name: 'api', words: ['apps/api/src/main.ts'], env: server, logFolder },
    worker: { name: 'worker', words: ['apps/api/src/worker.ts'], env: server, logFolder },
    sandbox: {
      name: 'sandbox',
      words: ['packages/sandbox/src/cli.ts', 'up', '--foreground'],
      env: { ...withoutSecrets(environment), ...sandboxSettings(environment), SLIPWAY_DATA_DIR: folder.root },
      logFolder,
    },
    delegate: {
      name: 'delegate',
      words: ['apps/delegate/src/main.ts'],
      env: {
        ...withoutSecrets(environment),
        SLIPWAY_URL: loopbackUrl(config),
        SLIPWAY_DELEGATE_TOKEN: secrets.delegateToken,
        SLIPWAY_DELEGATE_NAME: 'local-delegate',
        SLIPWAY_DELEGATE_STATE_DIR: folder.localDelegate,
        // Beside the control plane: it may reach this machine's own addresses, as the sandbox's is one.
        SLIPWAY_DELEGATE_LOCAL: '1',
        SLIPWAY_DELEGATE_DRAIN_SECONDS: String(DRAIN_SECONDS),
        SLIPWAY_SANDBOX_STATUS: sandboxStatusFile(config, folder),
        SLIPWAY_LOG_LEVEL: environment['SLIPWAY_LOG_LEVEL'],
        NODE_COMPILE_CACHE: compileCache,
        // It waits most of its life: 91 MB resident instead of 114.
        NODE_OPTIONS: [environment['NODE_OPTIONS'], '--max-semi-space-size=1'].filter(Boolean).join(' '),
        SLIPWAY_KUBECONFIG:
          config.kubeconfig ?? (config.sandbox ? path.join(folder.sandbox, 'kubeconfig.yaml') : undefined),
      },
      logFolder,
    },
  };
}

/** What the control plane's processes are told; also the command that makes a sign-in link. */
export function serverEnvironment(
  config: LauncherConfig,
  folder: DataFolder,
  secrets: Secrets,
  environment: Environment,
): Environment {
  return {
    ...environment,
    DATABASE_URL: secrets.databaseUrl,
    SLIPWAY_HOST: config.host,
    SLIPWAY_PORT: String(config.port),
    SLIPWAY_BASE_URL: config.baseUrl,
    SLIPWAY_DATA_DIR: folder.root,
    SLIPWAY_MASTER_KEY: secrets.masterKey,
    SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: secrets.delegateToken,
    SLIPWAY_WEB_DIR: config.webDir ?? webFolder,
    SLIPWAY_SANDBOX_STATUS: sandboxStatusFile(config, folder),
    // As production does, for what libraries decide by it.
    NODE_ENV: environment['NODE_ENV'] ?? 'production',
    NODE_COMPILE_CACHE: compileCache,
  };
}

function sandboxStatusFile(config: LauncherConfig, folder: DataFolder): string | undefined {
  return config.sandbox ? path.join(folder.sandbox, 'status.json') : undefined;
}

/** A delegate runs scripts of users, so it learns nothing that is not its own. */
function withoutSecrets(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== 'DATABASE_URL' && !name.startsWith('SLIPWAY_')),
  );
}

function sandboxSettings(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SLIPWAY_TOOLS')));
}

/** The local programs reach the server on this machine, whatever its public address is. */
export function loopbackUrl({ host, port }: Pick<LauncherConfig, 'host' | 'port'>): string {
  const name =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
