import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testDatabase } from '@slipway/testing';
import { vi } from 'vitest';

const repository = path.resolve(import.meta.dirname, '../../..');

export type Program = 'api' | 'worker' | 'delegate';
export const programNames: readonly Program[] = ['api', 'worker', 'delegate'];

/** A whole installation as processes of their own, on a database of its own. */
export interface Processes extends AsyncDisposable {
  readonly url: string;
  readonly databaseUrl: string;
  readonly folder: string;
  /** Headers of the account administrator. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Calls the API as the account administrator; paths are below `/api/v1`. */
  request(
    method: string,
    path: string,
    body?: string,
    contentType?: string,
  ): Promise<{ status: number; text: string }>;
  json<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Until the API answers. */
  ready(): Promise<void>;
  /** Kills -9 and starts again at once. */
  kill(program: Program): void;
  isUp(program: Program): boolean;
  /** What the programs said, for a failed test. */
  said(): string;
  stop(): Promise<void>;
}

const entries: Readonly<Record<Program, string>> = {
  api: 'apps/api/src/main.ts',
  worker: 'apps/api/src/worker.ts',
  delegate: 'apps/delegate/src/main.ts',
};

export async function startProcesses(options: { readonly kubeconfig: string }): Promise<Processes> {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'slipway-processes-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const adminKey = `test-${randomBytes(16).toString('hex')}`;
  const environments = environmentsOf({ databaseUrl: database.url, folder, port, url, adminKey, ...options });
  const children = new Map<Program, ChildProcess>();
  const output: string[] = [];
  let stopping = false;

  const start = (program: Program): void => {
    const child = spawn(process.execPath, [path.join(repository, entries[program])], {
      cwd: repository,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environments[program] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.set(program, child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        output.push(`${program}: ${text.toString()}`);
        if (output.length > 2000) output.shift();
      });
    }
    child.once('exit', () => {
      if (!stopping && children.get(program) === child) start(program);
    });
  };
  for (const program of programNames) start(program);

  const request: Processes['request'] = async (method, where, body, contentType = 'application/json') => {
    const answer = await fetch(`${url}/api/v1${where}`, {
      method,
      headers: { 'x-api-key': adminKey, ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all([...children.values()].map(end));
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    url,
    databaseUrl: database.url,
    folder,
    credentials: { 'x-api-key': adminKey },
    request,
    json: async (method, where, body) => {
      const answer = await request(method, where, body === undefined ? undefined : JSON.stringify(body));
      if (answer.status >= 300)
        throw new Error(`${method} ${where} answered ${answer.status}: ${answer.text}`);
      // Tests name what they ask for.
      return JSON.parse(answer.text);
    },
    ready: () =>
      vi.waitFor(
        async () => {
          const { status } = await fetch(`${url}/readyz`);
          if (status !== 200) throw new Error(`readyz answers ${status}`);
        },
        { timeout: 60_000, interval: 200 },
      ),
    kill: (program) => void children.get(program)?.kill('SIGKILL'),
    isUp: (program) => children.get(program)?.exitCode === null && children.get(program)?.signalCode === null,
    said: () => output.join(''),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Settings {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly port: number;
  readonly url: string;
  readonly adminKey: string;
  readonly kubeconfig: string;
}

function environmentsOf(settings: Settings): Readonly<Record<Program, Record<string, string>>> {
  const token = randomBytes(24).toString('base64url');
  const server = {
    DATABASE_URL: settings.databaseUrl,
    SLIPWAY_HOST: '127.0.0.1',
    SLIPWAY_PORT: String(settings.port),
    SLIPWAY_BASE_URL: settings.url,
    SLIPWAY_MASTER_KEY: randomBytes(32).toString('base64'),
    SLIPWAY_BOOTSTRAP_API_KEY: settings.adminKey,
    SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: token,
    SLIPWAY_LOG_LEVEL: 'warn',
  };
  return {
    api: server,
    worker: server,
    delegate: {
      SLIPWAY_URL: settings.url,
      SLIPWAY_DELEGATE_TOKEN: token,
      SLIPWAY_DELEGATE_NAME: 'local',
      SLIPWAY_DELEGATE_LOCAL: '1',
      SLIPWAY_DELEGATE_INSTANCE: 'local-one',
      SLIPWAY_DELEGATE_STATE_DIR: path.join(settings.folder, 'delegate'),
      SLIPWAY_KUBECONFIG: settings.kubeconfig,
      SLIPWAY_LOG_LEVEL: 'warn',
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}
