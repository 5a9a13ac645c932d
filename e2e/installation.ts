import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base } from '@playwright/test';

const root = path.resolve(import.meta.dirname, '..');
const START_DEADLINE_MS = 180_000;

/** Slipway as `pnpm start` runs it, with data of its own. */
export interface Installation {
  readonly baseUrl: string;
  /** Works once. */
  readonly signInLink: string;
  /** Of the account's administrator, for the REST API. */
  readonly apiKey: string;
  /** The cluster behind the local delegate. */
  readonly kubeconfig: string;
  readonly dataDir: string;
  /** What the program has printed so far. */
  output(): string;
  /** Another link to sign in by. */
  newSignInLink(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an empty installation on a free port, with the cluster of the test run behind its local delegate. */
export async function startInstallation(
  environment: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'slipway-e2e-'));
  chmodSync(dataDir, 0o755);
  const port = await freePort();
  const kubeconfig = requiredKubeconfig();
  const apiKey = 'e2e-administrator-key-for-tests';
  const env = {
    ...process.env,
    SLIPWAY_DATA_DIR: dataDir,
    SLIPWAY_PORT: String(port),
    SLIPWAY_KUBECONFIG: kubeconfig,
    SLIPWAY_BOOTSTRAP_API_KEY: apiKey,
    ...environment,
  };
  const program = spawn(process.execPath, ['apps/launcher/src/main.ts'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const end = async (): Promise<void> => {
    await stopProgram(program);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const signInLink = await appearance(program, () => /Sign in, once, by\s+(\S+)/.exec(output)?.[1]);
    return {
      baseUrl: `http://127.0.0.1:${port}`,
      signInLink,
      apiKey,
      kubeconfig,
      dataDir,
      output: () => output,
      newSignInLink: () => printed(['apps/launcher/src/sign-in-link.ts'], env),
      stop: end,
    };
  } catch (error) {
    await end();
    throw new Error(`The installation did not start. It printed:\n${output}`, { cause: error });
  }
}

function requiredKubeconfig(): string {
  const kubeconfig = process.env['SLIPWAY_TEST_KUBECONFIG'];
  if (kubeconfig !== undefined) return kubeconfig;
  throw new Error(
    'SLIPWAY_TEST_KUBECONFIG is not set: run pnpm test, or start a cluster (pnpm sandbox up) and name its kubeconfig.',
  );
}

/** Waits for something to appear in what the program prints. */
async function appearance(program: ChildProcess, find: () => string | undefined): Promise<string> {
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline) {
    const found = find();
    if (found !== undefined) return found;
    if (program.exitCode !== null) throw new Error(`it ended with ${program.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing after ${START_DEADLINE_MS / 1000} s`);
}

async function stopProgram(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = new Promise((resolve) => program.once('exit', resolve));
  program.kill('SIGTERM');
  await ended;
}

function printed(words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const program = spawn(process.execPath, words, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  program.stdout.on('data', (data: Buffer) => (output += data.toString()));
  return new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', (code) =>
      code === 0 ? resolve(output.trim()) : reject(new Error(`${words.join(' ')} ended with ${code}`)),
    );
  });
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Playwright's `test` with an installation: the same one for the tests of a file that pass, a new one after a test that
 * failed. `page` is not signed in.
 */
export const test = base.extend<object, { installation: Installation }>({
  installation: [
    // The fixture depends on nothing, and Playwright reads that from the empty pattern.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, give) => {
      const installation = await startInstallation();
      await give(installation);
      await installation.stop();
    },
    { scope: 'worker', timeout: START_DEADLINE_MS },
  ],
  baseURL: async ({ installation }, give) => give(installation.baseUrl),
});

export { expect } from '@playwright/test';
