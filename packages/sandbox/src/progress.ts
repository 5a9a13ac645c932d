import { writeSandboxStatus, type SandboxPhase, type SandboxStatus, type SandboxStep } from './status.ts';

/** Something worth a line: a step began, went on, ended or failed. */
export interface ProgressEvent {
  step: string;
  state: SandboxStep['state'];
  detail?: string;
  /** How long the step has taken so far. */
  elapsedMs: number;
}

/** Told of every change while the sandbox comes up. */
export type OnProgress = (event: ProgressEvent) => void;

/** Keeps the list of steps, tells each change to a listener and to the status file. */
export interface Progress {
  phase(phase: SandboxPhase, message: string, more?: Partial<SandboxStatus>): void;
  /** Runs one step; its time and outcome are recorded. `report` says what it is doing. */
  step<T>(name: string, work: (report: (detail: string) => void) => Promise<T>): Promise<T>;
  /** Records a failure with what to do about it. */
  failed(message: string, hint?: string): void;
}

/** Records progress in `status.json` of the data directory. The names are shown as waiting until they begin. */
export function createProgress(
  dataDir: string,
  stepNames: readonly string[],
  onProgress: OnProgress = () => {},
): Progress {
  const status: SandboxStatus = {
    phase: 'starting',
    message: 'Starting the sandbox.',
    steps: stepNames.map((name) => ({ name, state: 'waiting' })),
    updatedAt: new Date().toISOString(),
  };
  const write = (): void => {
    status.updatedAt = new Date().toISOString();
    writeSandboxStatus(dataDir, status);
  };
  write();
  return {
    phase: (phase, message, more) => {
      Object.assign(status, more, { phase, message });
      write();
    },
    step: async (name, work) => {
      const step = findOrAdd(status.steps, name);
      const startedAtMs = Date.now();
      const tell = (state: SandboxStep['state'], detail?: string): void => {
        step.state = state;
        if (detail !== undefined) step.detail = detail;
        if (state === 'done' || state === 'failed') step.endedAt = new Date().toISOString();
        write();
        onProgress({
          step: name,
          state,
          elapsedMs: Date.now() - startedAtMs,
          ...(detail === undefined ? {} : { detail }),
        });
      };
      step.startedAt = new Date().toISOString();
      tell('running');
      try {
        const result = await work((detail) => tell('running', detail));
        tell('done');
        return result;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        // The rest of a long message is told once, with the hint.
        tell('failed', message.split('\n')[0]);
        throw error;
      }
    },
    failed: (message, hint) => {
      Object.assign(status, { phase: 'failed', message, ...(hint === undefined ? {} : { hint }) });
      write();
    },
  };
}

function findOrAdd(steps: SandboxStep[], name: string): SandboxStep {
  const known = steps.find((step) => step.name === name);
  if (known) return known;
  const added: SandboxStep = { name, state: 'waiting' };
  steps.push(added);
  return added;
}
