import { mkdirSync, realpathSync } from 'node:fs';
import { endProcess } from '../processes/end-process.ts';
import { watchConfiguration } from '../configuration/watch-configuration.ts';
import { SandboxError } from '../errors.ts';
import { writeFileAtomically } from '../files.ts';
import { startNodeEndpoint } from '../logs/node-endpoint.ts';
import { takeLock } from '../processes/process-lock.ts';
import { createProgress, type OnProgress, type Progress } from '../progress.ts';
import { supervisorLockPath } from '../status.ts';
import { ensureTools } from '../tools/ensure-tools.ts';
import type { ToolPaths } from '../tools/programs.ts';
import { versions } from '../versions.ts';
import { waitFor } from '../wait.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import { attachSandbox, type AttachedSandbox, type Connection } from './attach-sandbox.ts';
import { components, type Components } from './components.ts';
import { layoutOf, type Layout } from './layout.ts';
import { endOrphans } from './orphans.ts';
import { ensurePki, readPair, type PkiPaths } from './pki.ts';
import { choosePorts, type Ports } from './ports.ts';
import { ensureSeedObjects } from './seed-objects.ts';
import { StartedParts } from './started-parts.ts';
import { writeConfiguration } from './write-configuration.ts';

export interface StartSandboxOptions {
  /** Everything the sandbox keeps; made when absent. One sandbox per directory. */
  dataDir: string;
  /** False: faster, and a kill may cost the data. Default true. */
  durable?: boolean;
  onProgress?: OnProgress;
  /** Aborting gives up the start and ends what was started. */
  signal?: AbortSignal;
  /** Who supervises this directory already is ended first, instead of an error. Default false. */
  takeOver?: boolean;
  /** Where programs are looked for; default `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** A running sandbox that this process supervises. */
export interface Sandbox extends AttachedSandbox {
  /** How often each program had to be started again. */
  restarts(): Record<string, number>;
  /** Ends every process; the data stay. */
  stop(): Promise<void>;
}

const stepNames = ['tools', 'etcd', 'API server', 'controllers', 'nodes'] as const;

/** Starts a sandbox and waits until it can be used. Fails with `SandboxError`, which says what to do. */
export async function startSandbox(options: StartSandboxOptions): Promise<Sandbox> {
  const layout = layoutOf(ensureDirectory(options.dataDir));
  const release = await becomeSupervisor(layout, options.takeOver ?? false);
  const progress = createProgress(layout.dataDir, stepNames, options.onProgress);
  const started = new StartedParts(layout, options.signal);
  try {
    progress.phase('tools', 'Finding or building the programs of the sandbox.');
    const tools = await progress.step('tools', (report) =>
      ensureTools({ report, signal: options.signal, ...(options.env ? { env: options.env } : {}) }),
    );
    progress.phase('starting', 'Starting the sandbox.');
    await endOrphans(layout);
    const connection = await startParts(options, layout, tools, progress, started);
    started.isUp();
    writeFileAtomically(layout.connection, `${JSON.stringify(connection)}\n`);
    const attached = await attachSandbox(layout.dataDir);
    progress.phase('ready', 'The sandbox is ready. Its pods are simulated.', {
      kubernetesVersion: `v${versions.kubernetes}`,
      apiServerUrl: connection.apiServerUrl,
      kubeconfig: layout.adminKubeconfig,
    });
    return {
      ...attached,
      restarts: () => started.restarts(),
      stop: async () => {
        await attached.close();
        await started.stop();
        progress.phase('stopped', 'The sandbox is stopped; its data are kept.');
        release();
      },
    };
  } catch (error) {
    await started.stop();
    const failure = options.signal?.aborted ? stoppedEarly(error) : toSandboxError(error, layout);
    if (options.signal?.aborted) progress.phase('stopped', failure.message);
    else progress.failed(failure.message, failure.hint);
    release();
    throw failure;
  }
}

async function startParts(
  options: StartSandboxOptions,
  layout: Layout,
  tools: ToolPaths,
  progress: Progress,
  started: StartedParts,
): Promise<Connection> {
  const { signal } = started;
  const pki = await ensurePki(layout.dataDir);
  const ports = await choosePorts(layout.dataDir);
  const apiServerUrl = `https://127.0.0.1:${ports.apiServer}`;
  writeConfiguration(layout, pki, apiServerUrl);
  const parts = components({ tools, layout, pki, ports, durable: options.durable ?? true });
  await progress.step('etcd', () => startEtcd(parts, pki, ports, started));
  const admin = readPair(pki.admin);
  const caPem = readPair(pki.clusterAuthority).certificatePem;
  const api = createApiClient({ apiServerUrl, caPem, credentials: admin });
  started.api = api;
  await progress.step('API server', async () => {
    started.start(parts.apiServer);
    await waitFor(
      'readiness of the API server',
      async () => (await api.text('GET', '/readyz', { timeoutMs: 2_000 })) === 'ok',
      {
        timeoutMs: 90_000,
        signal,
      },
    );
  });
  await progress.step('controllers', async () => {
    for (const part of [parts.controllerManager, parts.scheduler, parts.kwok]) started.start(part);
    await waitFor(
      'the default service account',
      () => api.json('GET', '/api/v1/namespaces/default/serviceaccounts/default'),
      {
        timeoutMs: 60_000,
        signal,
      },
    );
  });
  await progress.step('nodes', async () => {
    started.nodeEndpoint = await startNodeEndpoint({
      port: ports.node,
      identity: readPair(pki.node),
      caPem,
      api,
    });
    started.runInBackground((stopping) => watchConfiguration(api, stopping));
    await ensureSeedObjects(api, ports.node);
    await waitFor('readiness of the nodes', () => nodesReady(api), { timeoutMs: 60_000, signal });
  });
  return { apiServerUrl, kubectlPath: tools.kubectl };
}

async function startEtcd(
  parts: Components,
  pki: PkiPaths,
  ports: Ports,
  started: StartedParts,
): Promise<void> {
  started.start(parts.etcd);
  const client = createApiClient({
    apiServerUrl: `https://127.0.0.1:${ports.etcd}`,
    caPem: readPair(pki.etcdAuthority).certificatePem,
    credentials: readPair(pki.etcdClient),
  });
  try {
    await waitFor(
      'health of etcd',
      async () => (await client.text('GET', '/health', { timeoutMs: 2_000 })).includes('true'),
      { timeoutMs: 60_000, signal: started.signal },
    );
  } finally {
    await client.close();
  }
}

/** Every node is Ready and free of the taint that keeps pods away. */
async function nodesReady(api: ApiClient): Promise<boolean> {
  const list = JSON.stringify(await api.json('GET', '/api/v1/nodes'));
  const ready = list.match(/"type":"Ready","status":"True"|"status":"True"[^{}]*"type":"Ready"/g) ?? [];
  return ready.length >= 2 && !list.includes('node.kubernetes.io/not-ready');
}

async function becomeSupervisor(layout: Layout, takeOver: boolean): Promise<() => void> {
  for (;;) {
    const lock = takeLock(supervisorLockPath(layout.dataDir));
    if (lock.kind === 'taken') return lock.release;
    if (!takeOver) {
      throw new SandboxError(`A sandbox runs already in ${layout.dataDir} (process ${lock.holder.pid}).`, {
        hint: 'Use it, or stop it with `pnpm sandbox down`.',
      });
    }
    await endProcess(lock.holder, 30_000);
  }
}

function ensureDirectory(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return realpathSync(dataDir);
  } catch (error) {
    throw new SandboxError(`The sandbox cannot write to ${dataDir}.`, {
      hint: 'Name a directory that can be written in SLIPWAY_DATA_DIR.',
      cause: error,
    });
  }
}

function stoppedEarly(cause: unknown): SandboxError {
  return new SandboxError('The start of the sandbox was given up.', { cause });
}

function toSandboxError(error: unknown, layout: Layout): SandboxError {
  if (error instanceof SandboxError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SandboxError(`The sandbox did not start: ${message}.`, {
    hint: `What its programs said is in ${layout.logs}.`,
    cause: error,
  });
}
