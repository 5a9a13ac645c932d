import type { Scope, TaskOutcome, TaskSpec } from '@slipway/contracts';
import type { DelegateVerdict } from '../delegates/index.ts';

export interface NewTask {
  /** Derived by the maker, so that a repeat is recognised. */
  readonly id: string;
  readonly spec: TaskSpec;
  readonly scope: Scope;
  readonly selectors: readonly string[];
  /** Tasks of one key (a connector) go to who did the last one, when nothing speaks against it. */
  readonly preferKey?: string;
  readonly deadlineAt?: Date;
  readonly executionId?: string;
  readonly node?: string;
}

export interface RunTaskRequest {
  readonly spec: TaskSpec;
  readonly scope: Scope;
  readonly selectors: readonly string[];
  /** From the claim or the start of waiting to the outcome. */
  readonly timeoutMs: number;
}

/** How a task that somebody waits for came back. */
export type TaskRun =
  | {
      readonly kind: 'finished';
      readonly outcome: TaskOutcome;
      readonly delegate: { readonly name: string; readonly instance: string };
    }
  | { readonly kind: 'no-delegate'; readonly verdicts: readonly DelegateVerdict[] }
  | { readonly kind: 'timed-out'; readonly afterMs: number };

export const taskStatuses = ['queued', 'offered', 'running', 'finished'] as const;
export type TaskStatus = (typeof taskStatuses)[number];
