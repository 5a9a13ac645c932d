import type { Failure } from '@slipway/contracts';
import type { NodeId } from './graph.ts';

/** How a node's task ended; the delegate's outcome fits it. What a release holds is not for the state. */
export type NodeOutcome =
  | {
      readonly kind: 'succeeded';
      readonly outputs: Readonly<Record<string, unknown>>;
      readonly secretOutputs?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly outputs?: Readonly<Record<string, unknown>> | undefined;
    }
  /** Stopped, because it was asked to; `observed` is what it had run into by then. */
  | { readonly kind: 'cancelled'; readonly observed?: Failure | undefined };

/**
 * What happened to an execution. `at` is milliseconds since 1970, `attempt` the node's own (a retry by a failure strategy), and
 * `taskId` must be the node's present task: what concerns a former one is illegal, which is how late messages are recognised.
 */
export type ExecutionEvent =
  | { readonly type: 'execution.started'; readonly at: number }
  /** A service or an infrastructure has been loaded and its expressions resolved. */
  | {
      readonly type: 'node.resolved';
      readonly at: number;
      readonly node: NodeId;
      readonly attempt: number;
      readonly outputs: Readonly<Record<string, unknown>>;
    }
  /** A node could not be resolved, or a step not be made into a task. */
  | {
      readonly type: 'node.failed';
      readonly at: number;
      readonly node: NodeId;
      readonly attempt: number;
      readonly failure: Failure;
    }
  /** A step has been handed over to the delegates; `deadlineAt` when its timeout was an expression. */
  | {
      readonly type: 'task.created';
      readonly at: number;
      readonly node: NodeId;
      readonly attempt: number;
      readonly taskId: string;
      readonly deadlineAt?: number | undefined;
    }
  | {
      readonly type: 'task.started';
      readonly at: number;
      readonly node: NodeId;
      readonly taskId: string;
      readonly delegate: string;
      readonly instance: string;
    }
  /** Its instance is gone; the task waits for another one. A task that is not handed over ends with `task.finished` instead. */
  | { readonly type: 'task.lost'; readonly at: number; readonly node: NodeId; readonly taskId: string }
  | {
      readonly type: 'task.finished';
      readonly at: number;
      readonly node: NodeId;
      readonly taskId: string;
      readonly outcome: NodeOutcome;
    }
  /** The stage's turn to deploy its service to its infrastructure has come. */
  | { readonly type: 'turn.granted'; readonly at: number; readonly node: NodeId }
  | { readonly type: 'time.passed'; readonly at: number }
  | {
      readonly type: 'interrupt.requested';
      readonly at: number;
      readonly interrupt: 'AbortAll';
      readonly by: string;
    };

export type ExecutionEventType = ExecutionEvent['type'];
