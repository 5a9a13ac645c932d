import { join } from 'node:path';
import { readJson, writeFileAtomically } from './files.ts';
import { lockHolder } from './processes/process-lock.ts';

/** `off`: nothing was ever started here; `stopped`: it was, and its data are kept. */
export type SandboxPhase = 'off' | 'tools' | 'starting' | 'ready' | 'failed' | 'stopped';

/** One line of the progress list. Times are ISO 8601. */
export interface SandboxStep {
  name: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  startedAt?: string;
  endedAt?: string;
  /** What it is doing or why it failed, for people. */
  detail?: string;
}

/** The content of `status.json` in a sandbox's data directory. */
export interface SandboxStatus {
  phase: SandboxPhase;
  /** A sentence for people. */
  message: string;
  /** What to do about it. */
  hint?: string;
  steps: SandboxStep[];
  kubernetesVersion?: string;
  apiServerUrl?: string;
  /** Path of the administrator's kubeconfig. */
  kubeconfig?: string;
  updatedAt: string;
}

/** Where a sandbox keeps its status. */
export function statusPath(dataDir: string): string {
  return join(dataDir, 'status.json');
}

/** The lock whose holder is the process that supervises the sandbox. */
export function supervisorLockPath(dataDir: string): string {
  return join(dataDir, 'supervisor.lock');
}

export function writeSandboxStatus(dataDir: string, status: SandboxStatus): void {
  writeFileAtomically(statusPath(dataDir), `${JSON.stringify(status, null, 2)}\n`, 0o644);
}

/** The sandbox's status, corrected where its supervisor has died without saying so. Never throws. */
export function readSandboxStatus(dataDir: string): SandboxStatus {
  const status = readJson(statusPath(dataDir));
  if (!isStatus(status)) {
    return {
      phase: 'off',
      message: 'No sandbox has been started here.',
      steps: [],
      updatedAt: new Date().toISOString(),
    };
  }
  const claimsLife = status.phase === 'tools' || status.phase === 'starting' || status.phase === 'ready';
  if (!claimsLife || lockHolder(supervisorLockPath(dataDir))) return status;
  return {
    ...status,
    phase: 'stopped',
    message: 'The sandbox was ended without being stopped.',
    hint: 'Start it again: its data are kept.',
    steps: status.steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed' } : step)),
  };
}

function isStatus(value: unknown): value is SandboxStatus {
  return (
    typeof value === 'object' &&
    value !== null &&
    'phase' in value &&
    'steps' in value &&
    Array.isArray(value.steps)
  );
}
