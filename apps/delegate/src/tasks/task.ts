import type {
  ClusterAccess,
  Progress,
  SecretHandle,
  SecretText,
  TaskKind,
  TaskOutcome,
  TaskSpec,
} from '@slipway/contracts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ConnectionSettings } from '../cluster/connection.ts';

/** The right to go on with a task. It ends with the last heartbeat's answer plus the lease time, or when the server takes the task back. */
export interface Lease {
  readonly held: boolean;
  /** Throws `LeaseEndedError`. A writer calls it right before each write; `Cluster` does so by itself. */
  assertHeld(): void;
}

export type LogLevel = 'info' | 'warn' | 'error' | 'debug';

/** One section of a step's log. Text is masked and cut into lines before it is sent; `end` is called once. */
export interface LogSection {
  line(text: string, level?: LogLevel): void;
  /** For the raw output of a program: pieces are joined to lines. */
  stream(level?: LogLevel): { write(chunk: Buffer): void; end(): void };
  end(status: 'succeeded' | 'failed' | 'skipped'): void;
  /** Resolves when the buffers have room again, for writers that could outrun the connection. */
  drained(): Promise<void>;
}

export interface TaskSecrets {
  /** Asks the control plane, once for each secret of a task; every value is masked from then on. Throws `SecretsRefusedError`. */
  value(handle: SecretHandle): Promise<string>;
  /** Fills the holes of a text. */
  text(text: SecretText): Promise<string>;
  /** Masks a value that the task made itself, such as a secret output. */
  mask(value: string): void;
}

/** All that a task gets of the world. */
export interface TaskContext {
  readonly taskId: string;
  readonly attempt: number;
  readonly delegate: {
    readonly name: string;
    readonly instanceId: string;
    /** Runs on a person's machine: may reach loopback addresses. */ readonly local: boolean;
  };
  /** Aborted by cancel, a lost lease, the deadline and a hasty end of the process; `reason` is an Error that says which. */
  readonly signal: AbortSignal;
  readonly lease: Lease;
  /** When the step times out, in milliseconds of the Unix epoch. */
  readonly deadlineAt: number | undefined;
  readonly secrets: TaskSecrets;
  section(name: string): LogSection;
  /** What the console shows while the task runs; sent at most every 200 ms, the last one always. */
  progress(progress: Progress): void;
  /** A folder of this task alone, that nobody else may read; removed when the task ends. */
  workFolder(): Promise<string>;
  /** Opens the cluster; closed by the session when the task ends. Throws `AccessError` for unusable settings. */
  cluster(access: ClusterAccess): Promise<Cluster>;
  /** How that cluster is reached, for the connection test, which tries each step by itself. Throws `AccessError`. */
  connection(access: ClusterAccess): Promise<ConnectionSettings>;
}

/** A task kind: `run` answers with an outcome; what it throws becomes a `failed` outcome of a general kind. */
export interface TaskRunner<Kind extends TaskKind> {
  readonly kind: Kind;
  run(payload: Extract<TaskSpec, { kind: Kind }>['payload'], context: TaskContext): Promise<TaskOutcome>;
}

/** A runner of whichever kind. */
export type AnyTaskRunner = { [Kind in TaskKind]: TaskRunner<Kind> }[TaskKind];
