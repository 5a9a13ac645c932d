import { readFileSync } from 'node:fs';
import { SandboxError } from '../errors.ts';
import type { NodeEndpoint } from '../logs/node-endpoint.ts';
import {
  superviseProcess,
  type ProcessSpec,
  type SupervisedProcess,
} from '../processes/supervised-process.ts';
import type { ProcessIdentity } from '../processes/process-identity.ts';
import type { ApiClient } from './api-client.ts';
import type { Layout } from './layout.ts';
import { recordProcesses } from './orphans.ts';

/** During the start, a program that has ended this often will not come up by being tried again. */
const hopelessAfterRestarts = 4;

/** What has been started so far, ended in the opposite order. */
export class StartedParts {
  api: ApiClient | undefined;
  nodeEndpoint: NodeEndpoint | undefined;
  /** Aborted when the start is given up: by the caller, or since a program does not stay up. */
  readonly signal: AbortSignal;
  readonly #layout: Layout;
  readonly #processes: SupervisedProcess[] = [];
  readonly #hopeless = new AbortController();
  readonly #stopping = new AbortController();
  readonly #background: Promise<void>[] = [];
  #up = false;

  /** For a process that ends without stopping its sandbox. There is no time left to wait for anything. */
  readonly #endWithParent = (): void => {
    for (const supervised of this.#processes) signalGroup(supervised.identity());
  };

  constructor(layout: Layout, signal: AbortSignal | undefined) {
    this.#layout = layout;
    this.signal = AbortSignal.any([this.#hopeless.signal, ...(signal ? [signal] : [])]);
    process.once('exit', this.#endWithParent);
  }

  start(spec: ProcessSpec): void {
    const supervised = superviseProcess(spec, () => {
      recordProcesses(this.#layout, this.#processes);
      const own = this.#processes.find((candidate) => candidate.name === spec.name);
      if (!this.#up && own && own.restarts() >= hopelessAfterRestarts) this.#hopeless.abort(hopeless(spec));
    });
    this.#processes.push(supervised);
    recordProcesses(this.#layout, this.#processes);
  }

  /** Work of this process that goes on until the sandbox is stopped. */
  runInBackground(work: (signal: AbortSignal) => Promise<void>): void {
    this.#background.push(work(this.#stopping.signal));
  }

  /** From now on programs are started again without end. */
  isUp(): void {
    this.#up = true;
  }

  restarts(): Record<string, number> {
    return Object.fromEntries(this.#processes.map((supervised) => [supervised.name, supervised.restarts()]));
  }

  async stop(): Promise<void> {
    process.off('exit', this.#endWithParent);
    this.#stopping.abort();
    await Promise.all(this.#background);
    await this.nodeEndpoint?.close();
    await this.api?.close();
    const [etcd, apiServer, ...others] = this.#processes;
    await Promise.all(others.map((supervised) => supervised.stop()));
    await apiServer?.stop();
    await etcd?.stop();
    recordProcesses(this.#layout, this.#processes);
  }
}

/** Only etcd has something to put in order; an API server without it would not even end when it is asked to. */
function signalGroup(identity: ProcessIdentity | undefined): void {
  try {
    if (identity) process.kill(-identity.pid, identity.program === 'etcd' ? 'SIGTERM' : 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

function hopeless(spec: ProcessSpec): SandboxError {
  const lastLine = readFileSync(spec.logFile, 'utf8').trim().split('\n').at(-1) ?? '';
  return new SandboxError(`${spec.name} does not stay up. It said last: ${lastLine.slice(0, 500)}`, {
    hint: `All it said is in ${spec.logFile}. If its data are damaged, \`pnpm sandbox reset\` makes new ones.`,
  });
}
