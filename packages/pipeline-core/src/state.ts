import type { Failure, Status, TerminalStatus } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { Graph, NodeId } from './graph.ts';
import { lineage, nodeOf } from './graph.ts';

/** What a node or the execution will end as once what still runs in it has ended. */
export interface Ending {
  readonly status: TerminalStatus;
  readonly failure?: Failure;
}

export interface NodeState {
  readonly status: Status;
  readonly startedAt: number;
  readonly endedAt?: number;
  /** When it is given up, counted from the begin of the attempt. */
  readonly deadlineAt?: number;
  /** When a retry begins; only while TIMED_WAITING. */
  readonly retryAt?: number;
  readonly attempt: number;
  readonly retryCount: number;
  /** The present attempt's task. */
  readonly taskId?: string;
  readonly delegate?: { readonly name: string; readonly instance: string };
  readonly outputs?: Readonly<Record<string, unknown>>;
  /** Outputs that are secrets: their values are not among `outputs`. */
  readonly secretOutputs?: readonly string[];
  /** Of the last attempt, also when it is ignored or tried again. */
  readonly failure?: Failure;
  /** Only while DISCONTINUING. */
  readonly ending?: Ending;
  /** Of a stage: a failure in it asks for its rollback steps. */
  readonly wantsRollback?: boolean;
  /** Of a stage whose rollback runs: as what it ends. */
  readonly verdict?: TerminalStatus;
}

/** Folding the stored events over the graph gives this. Nodes that have not begun are absent. */
export interface ExecutionState {
  readonly status: Status;
  /** How many events have been folded. */
  readonly version: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly deadlineAt?: number;
  readonly timerAt?: number;
  /** Only while DISCONTINUING. */
  readonly ending?: Ending;
  /** The first failure that was neither ignored nor tried again, visible as soon as it is known. */
  readonly failure?: { readonly node?: NodeId; readonly failure: Failure };
  readonly abortedBy?: string;
  readonly nodes: Readonly<Record<NodeId, NodeState>>;
}

/** An execution before its first event. */
export const initialState: ExecutionState = { status: 'NOT_STARTED', version: 0, nodes: {} };

/** Statuses that stop the nodes after it. */
const brokenStatuses: ReadonlySet<Status> = new Set([
  'FAILED',
  'EXPIRED',
  'ERRORED',
  'ABORTED',
  'ABORTED_BY_FREEZE',
  'APPROVAL_REJECTED',
]);

export const isBroken = (status: Status): boolean => brokenStatuses.has(status);

/** A node's status, of one that has not begun too: SKIPPED once what holds it has ended. */
export function statusOf(graph: Graph, state: ExecutionState, id: NodeId): Status {
  const own = state.nodes[id];
  if (own !== undefined) return own.status;
  for (const around of lineage(graph, id).slice(1)) {
    const status = state.nodes[around.id]?.status;
    if (status !== undefined && isTerminal(status)) return 'SKIPPED';
  }
  return isTerminal(state.status) ? 'SKIPPED' : 'NOT_STARTED';
}

/** Whether a node has begun and not ended. */
export function isLive(state: ExecutionState, id: NodeId): boolean {
  const status = state.nodes[id]?.status;
  return status !== undefined && !isTerminal(status);
}

/** Whether a leaf has a task that has not ended. */
export function hasOpenTask(graph: Graph, state: ExecutionState, id: NodeId): boolean {
  return nodeOf(graph, id).kind === 'step' && isLive(state, id) && state.nodes[id]?.taskId !== undefined;
}
