import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutOf } from './cluster/layout.ts';
import { endOrphans } from './cluster/orphans.ts';
import { SandboxError } from './errors.ts';
import { endProcess } from './processes/end-process.ts';
import { lockHolder } from './processes/process-lock.ts';
import type { OnProgress } from './progress.ts';
import { readSandboxStatus, supervisorLockPath, writeSandboxStatus, type SandboxStatus } from './status.ts';
import { waitFor } from './wait.ts';

const usage = `Usage: pnpm sandbox COMMAND

  up                start the sandbox cluster and leave it running
  up --foreground   start it and stay until Ctrl-C or SIGTERM
  status            say what it is doing; exit code 0 only when it is ready
  kubeconfig        print an administrator's kubeconfig
  down              stop it; the data stay
  reset             stop it and delete the data

Data: $SLIPWAY_DATA_DIR/sandbox, by default .slipway/sandbox in the checkout.
`;

const checkout = resolve(fileURLToPath(import.meta.url), '../../../..');

/** Runs one command of the sandbox's command line; gives the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const dataDir = sandboxDataDir(process.env);
  const line = args.join(' ');
  try {
    if (line === 'up') return await upInBackground(dataDir);
    if (line === 'up --foreground') return await upInForeground(dataDir);
    if (line === 'status') return printStatus(dataDir);
    if (line === 'kubeconfig') return printKubeconfig(dataDir);
    if (line === 'down') return await down(dataDir);
    if (line === 'reset') return await reset(dataDir);
  } catch (error) {
    return explain(error);
  }
  if (line === '--help' || line === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  process.stderr.write(line === '' ? usage : `Unknown: ${line}\n\n${usage}`);
  return 2;
}

/** Where the sandbox of this installation lives. */
export function sandboxDataDir(env: Readonly<Record<string, string | undefined>>): string {
  const dataDir = env['SLIPWAY_DATA_DIR'] ?? join(checkout, '.slipway');
  return join(isAbsolute(dataDir) ? dataDir : resolve(dataDir), 'sandbox');
}

async function upInForeground(dataDir: string): Promise<number> {
  const aborting = new AbortController();
  let asked: (signal: NodeJS.Signals) => void = () => {};
  const stopAsked = new Promise<NodeJS.Signals>((resolveSignal) => {
    asked = resolveSignal;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      asked(signal);
      aborting.abort();
    });
  }
  // Only here: everything else answers in half the time without the libraries that a start needs.
  const { startSandbox } = await import('./cluster/start-sandbox.ts');
  try {
    const sandbox = await startSandbox({
      dataDir,
      takeOver: true,
      onProgress: printProgress(),
      signal: aborting.signal,
    });
    say(`ready: ${sandbox.apiServerUrl}, kubeconfig ${sandbox.kubeconfigPath}`);
    await stopAsked;
    say('stopping');
    await sandbox.stop();
    say('stopped');
    return 0;
  } catch (error) {
    // Being asked to end before it was up is no failure.
    if (aborting.signal.aborted) return 0;
    throw error;
  }
}

async function upInBackground(dataDir: string): Promise<number> {
  const supervisor = lockHolder(supervisorLockPath(dataDir));
  if (supervisor) {
    say(`a sandbox runs already (process ${supervisor.pid})`);
    return awaitOutcome(dataDir, supervisor.pid);
  }
  const logs = layoutOf(dataDir).logs;
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  rmSync(join(dataDir, 'status.json'), { force: true });
  const log = openSync(join(logs, 'supervisor.log'), 'a', 0o600);
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./cli.ts', import.meta.url)), 'up', '--foreground'],
    {
      detached: true,
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  let exited = false;
  child.once('exit', () => (exited = true));
  child.unref();
  await waitFor(
    'the start of the supervisor',
    () => exited || lockHolder(supervisorLockPath(dataDir)) !== undefined,
    {
      timeoutMs: 20_000,
    },
  );
  return awaitOutcome(dataDir, child.pid ?? 0);
}

/** Prints each step as it changes until the sandbox is ready or will not be. */
async function awaitOutcome(dataDir: string, pid: number): Promise<number> {
  const print = printProgress();
  const told = new Map<string, string>();
  const outcome = await waitFor(
    'an outcome',
    () => {
      const status = readSandboxStatus(dataDir);
      for (const step of status.steps) {
        const now = `${step.state} ${step.detail ?? ''}`;
        if (step.state === 'waiting' || told.get(step.name) === now) continue;
        told.set(step.name, now);
        const elapsedMs =
          Date.parse(step.endedAt ?? new Date().toISOString()) -
          Date.parse(step.startedAt ?? status.updatedAt);
        print({
          step: step.name,
          state: step.state,
          elapsedMs,
          ...(step.detail === undefined ? {} : { detail: step.detail }),
        });
      }
      return ['ready', 'failed', 'stopped'].includes(status.phase) ? status : undefined;
    },
    // A build on a slow machine takes what it takes; the supervisor's own limits end a start that hangs.
    { timeoutMs: 3_600_000, everyMs: 200 },
  );
  if (outcome.phase === 'ready') {
    say(
      `ready: ${outcome.apiServerUrl ?? ''}, kubeconfig ${outcome.kubeconfig ?? ''} (supervised by process ${pid})`,
    );
    return 0;
  }
  say(outcome.message);
  if (outcome.hint !== undefined) say(outcome.hint);
  return 1;
}

function printStatus(dataDir: string): number {
  const status = readSandboxStatus(dataDir);
  process.stdout.write(`${describe(status)}\n`);
  return status.phase === 'ready' ? 0 : 1;
}

function describe(status: SandboxStatus): string {
  const steps = status.steps.map(
    (step) => `  ${step.state.padEnd(8)}${step.name}${step.detail ? `: ${step.detail}` : ''}`,
  );
  const facts = [
    status.hint,
    status.apiServerUrl && `API server ${status.apiServerUrl}`,
    status.kubeconfig && `kubeconfig ${status.kubeconfig}`,
  ];
  const shown = status.phase === 'ready' ? [] : steps;
  return [
    `${status.phase}: ${status.message}`,
    ...facts.filter((fact) => fact !== undefined && fact !== ''),
    ...shown,
  ].join('\n');
}

function printKubeconfig(dataDir: string): number {
  const status = readSandboxStatus(dataDir);
  if (status.phase !== 'ready' || status.kubeconfig === undefined) {
    throw new SandboxError(`The sandbox is not ready (${status.phase}).`, {
      hint: 'Start it with `pnpm sandbox up`.',
    });
  }
  process.stdout.write(readFileSync(status.kubeconfig, 'utf8'));
  return 0;
}

async function down(dataDir: string): Promise<number> {
  const supervisor = lockHolder(supervisorLockPath(dataDir));
  if (supervisor) await endProcess(supervisor, 40_000);
  const orphans = await endOrphans(layoutOf(dataDir));
  if (!supervisor && orphans === 0) {
    say('no sandbox runs');
    return 0;
  }
  const status = readSandboxStatus(dataDir);
  if (status.phase !== 'off') {
    writeSandboxStatus(dataDir, {
      ...status,
      phase: 'stopped',
      message: 'The sandbox is stopped; its data are kept.',
    });
  }
  say('stopped');
  return 0;
}

async function reset(dataDir: string): Promise<number> {
  await down(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
  say(`deleted ${dataDir}`);
  return 0;
}

function explain(error: unknown): number {
  if (error instanceof SandboxError) {
    say(error.message);
    if (error.hint !== undefined) say(error.hint);
  } else {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return 1;
}

function printProgress(): OnProgress {
  const startedAtMs = Date.now();
  return (event) => {
    const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
    const took = event.state === 'done' ? ` (${(event.elapsedMs / 1000).toFixed(1)} s)` : '';
    say(`${seconds} s  ${event.step}: ${event.detail ?? event.state}${took}`);
  };
}

function say(text: string): void {
  process.stderr.write(`sandbox: ${text}\n`);
}
