import type { Failure } from '@slipway/contracts';
import { formatDuration, isTerminal } from '@slipway/contracts';
import type { Draft } from './draft.ts';
import { createDraft, forget, isLiveIn, patch } from './draft.ts';
import type { Effect } from './effects.ts';
import type { ExecutionEvent, NodeOutcome } from './events.ts';
import type { Graph, GraphNode, NodeId } from './graph.ts';
import { isLeaf, subtree } from './graph.ts';
import type { ExecutionState, NodeState } from './state.ts';
import { nextDeadline } from './deadlines.ts';
import {
  advanceExecution,
  discontinue,
  discontinueExecution,
  endDiscontinued,
  fail,
  settle,
  tryAgain,
} from './walk.ts';

export interface Transition {
  readonly kind: 'next';
  readonly state: ExecutionState;
  readonly effects: readonly Effect[];
}

/** An event that does not fit the state: a late or repeated message. Normal while running, recorded and otherwise left alone. */
export interface IllegalEvent {
  readonly kind: 'illegal';
  readonly reason: string;
}

/** What an event makes of an execution. Pure and total: it never throws for a compiled graph, reads no clock and makes no ids. */
export function transition(
  graph: Graph,
  state: ExecutionState,
  event: ExecutionEvent,
): Transition | IllegalEvent {
  const refusal = reasonAgainst(graph, state, event);
  if (refusal !== null) return { kind: 'illegal', reason: refusal };
  const draft = createDraft(graph, state, event.at);
  applyEvent(draft, event);
  keepTimer(draft, event);
  return { kind: 'next', state: draft.state, effects: draft.effects };
}

function reasonAgainst(graph: Graph, state: ExecutionState, event: ExecutionEvent): string | null {
  if (event.type === 'execution.started')
    return state.version === 0 ? null : 'The execution has begun before.';
  if (state.version === 0) return 'The execution has not begun.';
  if (isTerminal(state.status)) return 'The execution has ended.';
  if (event.type === 'interrupt.requested') {
    return state.ending?.status === 'ABORTED' ? 'The execution is being aborted already.' : null;
  }
  if (event.type === 'time.passed') return null;
  const node = graph.nodes[event.node];
  const own = state.nodes[event.node];
  if (node === undefined) return `There is no node ${event.node}.`;
  if (own === undefined) return `${event.node} has not begun.`;
  if (isTerminal(own.status)) return `${event.node} has ended.`;
  return reasonAgainstNode(node, own, event);
}

type NodeEvent = Extract<ExecutionEvent, { node: NodeId }>;

function reasonAgainstNode(node: GraphNode, own: NodeState, event: NodeEvent): string | null {
  switch (event.type) {
    case 'turn.granted':
      return node.kind === 'queue' ? null : `${node.id} waits for no turn.`;
    case 'node.resolved':
    case 'node.failed':
    case 'task.created': {
      if (own.attempt !== event.attempt) return `${node.id} is at attempt ${own.attempt}.`;
      if (own.status !== 'RUNNING' || own.taskId !== undefined || !isLeaf(node))
        return `${node.id} is not being prepared.`;
      const isStep = node.kind === 'step';
      if (event.type === 'node.resolved' && isStep) return `${node.id} is a step.`;
      return event.type === 'task.created' && !isStep ? `${node.id} is not a step.` : null;
    }
    case 'task.started':
    case 'task.lost':
    case 'task.finished':
      return own.taskId === event.taskId ? null : `${node.id} has another task now.`;
    default:
      return event satisfies never;
  }
}

function applyEvent(draft: Draft, event: ExecutionEvent): void {
  switch (event.type) {
    case 'execution.started':
      draft.state.status = 'RUNNING';
      draft.state.startedAt = event.at;
      draft.state.deadlineAt = event.at + draft.graph.timeoutMs;
      return advanceExecution(draft);
    case 'node.resolved':
      patch(draft, event.node, { outputs: event.outputs });
      return settle(draft, event.node, 'SUCCEEDED');
    case 'node.failed':
      return fail(draft, event.node, event.failure.code === 'internal' ? 'ERRORED' : 'FAILED', event.failure);
    case 'task.created':
      return patch(draft, event.node, {
        status: 'TASK_WAITING',
        taskId: event.taskId,
        ...(event.deadlineAt === undefined ? {} : { deadlineAt: event.deadlineAt }),
      });
    case 'task.started':
      patch(draft, event.node, { delegate: { name: event.delegate, instance: event.instance } });
      return whileRunning(draft, event.node, 'RUNNING');
    case 'task.lost':
      patch(draft, event.node, { delegate: undefined });
      return whileRunning(draft, event.node, 'TASK_WAITING');
    case 'task.finished':
      return finishTask(draft, event.node, event.outcome);
    case 'turn.granted':
      return settle(draft, event.node, 'SUCCEEDED');
    case 'time.passed':
      return passTime(draft);
    case 'interrupt.requested':
      draft.state.abortedBy = event.by;
      discontinueExecution(draft, { status: 'ABORTED' });
      return advanceExecution(draft);
  }
}

/** A step that was told to stop stays so, whatever its task goes through. */
function whileRunning(draft: Draft, id: NodeId, status: 'RUNNING' | 'TASK_WAITING'): void {
  if (draft.state.nodes[id]?.status !== 'DISCONTINUING') patch(draft, id, { status });
}

function finishTask(draft: Draft, id: NodeId, outcome: NodeOutcome): void {
  if (outcome.kind !== 'cancelled' && outcome.outputs !== undefined)
    patch(draft, id, { outputs: outcome.outputs });
  if (
    outcome.kind === 'succeeded' &&
    outcome.secretOutputs !== undefined &&
    outcome.secretOutputs.length > 0
  ) {
    patch(draft, id, { secretOutputs: outcome.secretOutputs });
  }
  if (draft.state.nodes[id]?.status === 'DISCONTINUING') {
    return endDiscontinued(draft, id, observedIn(outcome));
  }
  if (outcome.kind === 'succeeded') {
    patch(draft, id, { failure: undefined });
    return settle(draft, id, 'SUCCEEDED');
  }
  fail(draft, id, 'FAILED', outcome.kind === 'failed' ? outcome.failure : taskCancelled);
}

function observedIn(outcome: NodeOutcome): Failure | undefined {
  if (outcome.kind === 'failed') return outcome.failure;
  return outcome.kind === 'cancelled' ? outcome.observed : undefined;
}

const taskCancelled: Failure = {
  code: 'task.cancelled',
  errorType: 'Unknown',
  message: 'The delegate gave the task up without having been asked to.',
  causes: [],
  evidence: [],
  hints: ['Run it again; look at the log of the delegate if it happens again.'],
};

/** Does all that is due: the outermost deadline first, since it makes those within it pointless. */
function passTime(draft: Draft): void {
  const { graph, at } = draft;
  if (
    draft.state.deadlineAt !== undefined &&
    draft.state.deadlineAt <= at &&
    draft.state.ending === undefined
  ) {
    const failure = timedOut('pipeline', graph.pipeline.name, graph.timeoutMs);
    draft.state.failure ??= { failure };
    discontinueExecution(draft, { status: 'EXPIRED', failure });
    return advanceExecution(draft);
  }
  for (const node of graph.stages.flatMap((stage) => subtree(graph, stage))) {
    const state = draft.state.nodes[node.id];
    if (state === undefined || !isLiveIn(draft, node.id)) continue;
    if (state.retryAt !== undefined && state.retryAt <= at) tryAgain(draft, node.id);
    else if (state.deadlineAt !== undefined && state.deadlineAt <= at) expire(draft, node, state);
  }
}

function expire(draft: Draft, node: GraphNode, state: NodeState): void {
  const allowedMs = node.timeoutMs ?? (state.deadlineAt ?? draft.at) - state.startedAt;
  const failure = timedOut(node.kind, node.name, allowedMs);
  patch(draft, node.id, { failure });
  // A stage or group that is late is a failure already while its last task is being stopped.
  discontinue(draft, node.id, { status: 'EXPIRED', failure });
}

const kindNames: Readonly<Record<string, string>> = {
  'step-group': 'group',
  parallel: 'group',
  rollback: 'rollback',
};

function timedOut(kind: string, name: string, allowedMs: number): Failure {
  const what = kindNames[kind] ?? kind;
  const noun = what.charAt(0).toUpperCase() + what.slice(1);
  return {
    code: `${what}.timed_out`,
    errorType: 'Timeout',
    message: `${noun} ${name} did not end within ${formatDuration(allowedMs)}.`,
    causes: [],
    evidence: [],
    hints: [`If it needs longer, raise the timeout of the ${what}.`],
  };
}

/** Keeps the one timer at or before the next deadline. A timer that comes too early costs one look; setting it less often is worth that. */
function keepTimer(draft: Draft, event: ExecutionEvent): void {
  if (event.type === 'time.passed') forget(draft, 'timerAt');
  const { timerAt } = draft.state;
  if (isTerminal(draft.state.status)) {
    if (timerAt === undefined) return;
    forget(draft, 'timerAt');
    draft.effects.push({ type: 'clear-timer' });
    return;
  }
  const next = nextDeadline(draft.state);
  if (next === null || (timerAt !== undefined && timerAt <= next)) return;
  draft.state.timerAt = next;
  draft.effects.push({ type: 'set-timer', at: next });
}
