import type { Failure, TerminalStatus } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { Draft } from './draft.ts';
import { begun, forget, isLiveIn, parentOf, patch, statusIn } from './draft.ts';
import { decide } from './failure-rules.ts';
import type { GraphNode, NodeId } from './graph.ts';
import { isLeaf, lineage, nodeOf, stageOf, subtree } from './graph.ts';
import type { Ending } from './state.ts';
import { isBroken } from './state.ts';

/** Begins the execution's next stage, or ends it. Level-triggered: it looks at what is, not at what just happened. */
export function advanceExecution(draft: Draft): void {
  if (isTerminal(draft.state.status)) return;
  const { stages } = draft.graph;
  if (stages.some((id) => isLiveIn(draft, id))) return;
  const broken = stages.find((id) => isBroken(statusIn(draft, id) ?? 'NOT_STARTED'));
  if (draft.state.ending !== undefined) return endExecution(draft, draft.state.ending.status);
  if (broken !== undefined) {
    const status = statusIn(draft, broken);
    return endExecution(draft, status === 'EXPIRED' || status === 'ABORTED' ? status : 'FAILED');
  }
  const next = stages.find((id) => statusIn(draft, id) === undefined);
  if (next === undefined) return endExecution(draft, 'SUCCEEDED');
  begin(draft, next);
}

function endExecution(draft: Draft, status: TerminalStatus): void {
  draft.state.status = status;
  draft.state.endedAt = draft.at;
  forget(draft, 'ending', 'deadlineAt');
}

/** Begins a node, and what it begins with. */
export function begin(draft: Draft, id: NodeId): void {
  const node = nodeOf(draft.graph, id);
  patch(draft, id, {
    status: node.kind === 'queue' ? 'RESOURCE_WAITING' : 'RUNNING',
    startedAt: draft.at,
    deadlineAt: node.timeoutMs === undefined ? undefined : draft.at + node.timeoutMs,
    attempt: 1,
    retryCount: 0,
  });
  if (isLeaf(node)) requestWork(draft, node, 1);
  else advance(draft, node);
}

function requestWork(draft: Draft, node: GraphNode, attempt: number): void {
  if (node.kind === 'queue') draft.effects.push({ type: 'take-turn', node: node.id });
  else if (node.kind === 'step') draft.effects.push({ type: 'dispatch-step', node: node.id, attempt });
  else draft.effects.push({ type: 'resolve-node', node: node.id, attempt });
}

/** Begins the next attempt of a leaf that waits for it. */
export function tryAgain(draft: Draft, id: NodeId): void {
  const node = nodeOf(draft.graph, id);
  const state = begun(draft, id);
  const attempt = state.attempt + 1;
  patch(draft, id, {
    status: 'RUNNING',
    attempt,
    retryCount: state.retryCount + 1,
    retryAt: undefined,
    delegate: undefined,
    deadlineAt: node.timeoutMs === undefined ? undefined : draft.at + node.timeoutMs,
  });
  requestWork(draft, node, attempt);
}

/** Whether nothing new may begin in a container. */
function isHalting(draft: Draft, id: NodeId): boolean {
  return (
    draft.state.ending !== undefined ||
    lineage(draft.graph, id).some((node) => statusIn(draft, node.id) === 'DISCONTINUING')
  );
}

/** Begins what comes next in a live container, or ends it. */
export function advance(draft: Draft, node: GraphNode): void {
  if (!isLiveIn(draft, node.id)) return;
  if (node.rollback !== undefined && statusIn(draft, node.rollback) !== undefined) {
    return advanceRollback(draft, node, node.rollback);
  }
  if (isHalting(draft, node.id)) {
    if (!node.children.some((child) => isLiveIn(draft, child))) endHalted(draft, node);
    return;
  }
  if (node.mode === 'parallel') return advanceParallel(draft, node);
  for (const child of node.children) {
    const status = statusIn(draft, child);
    if (status === undefined) return begin(draft, child);
    if (!isTerminal(status)) return;
    if (isBroken(status)) return endBroken(draft, node);
  }
  settle(draft, node.id, 'SUCCEEDED');
}

function advanceParallel(draft: Draft, node: GraphNode): void {
  for (const child of node.children) {
    // A child that ends while it begins (an empty group) comes back here: each is begun once.
    if (statusIn(draft, child) === undefined && isLiveIn(draft, node.id)) begin(draft, child);
  }
  if (!isLiveIn(draft, node.id) || node.children.some((child) => isLiveIn(draft, child))) return;
  if (node.children.some((child) => isBroken(statusIn(draft, child) ?? 'SKIPPED'))) endBroken(draft, node);
  else settle(draft, node.id, 'SUCCEEDED');
}

function endBroken(draft: Draft, node: GraphNode): void {
  if (node.kind === 'stage') endStage(draft, node, 'FAILED');
  else settle(draft, node.id, 'FAILED');
}

/** A container that was told to stop, and in which nothing runs any more. */
function endHalted(draft: Draft, node: GraphNode): void {
  const ending = begun(draft, node.id).ending ?? inheritedEnding(draft, node.id);
  const ownTimeout =
    ending.status === 'EXPIRED' && ending.failure !== undefined && !isParentHalting(draft, node.id);
  if (ownTimeout && ending.failure !== undefined) {
    patch(draft, node.id, { status: 'RUNNING', ending: undefined });
    fail(draft, node.id, 'EXPIRED', ending.failure);
    return;
  }
  settle(draft, node.id, ending.status, ending.failure);
}

function inheritedEnding(draft: Draft, id: NodeId): Ending {
  for (const node of lineage(draft.graph, id)) {
    const ending = draft.state.nodes[node.id]?.ending;
    if (ending !== undefined) return ending;
  }
  return draft.state.ending ?? { status: 'ABORTED' };
}

function isParentHalting(draft: Draft, id: NodeId): boolean {
  const parent = nodeOf(draft.graph, id).parent;
  return parent === undefined ? draft.state.ending !== undefined : isHalting(draft, parent);
}

/** Ends a stage, after its rollback when a failure asked for it and a step had begun: before that there is nothing to undo. */
function endStage(draft: Draft, stage: GraphNode, status: TerminalStatus): void {
  const hasWorked = subtree(draft.graph, stage.id).some(
    (node) => node.kind === 'step' && draft.state.nodes[node.id] !== undefined,
  );
  const { wantsRollback } = begun(draft, stage.id);
  if (wantsRollback !== true || stage.rollback === undefined || !hasWorked)
    return settle(draft, stage.id, status);
  // The rollback has its steps' own deadlines: the stage's would cut it short.
  patch(draft, stage.id, { status: 'RUNNING', verdict: status, deadlineAt: undefined, ending: undefined });
  begin(draft, stage.rollback);
}

function advanceRollback(draft: Draft, stage: GraphNode, rollback: NodeId): void {
  if (isLiveIn(draft, rollback)) return;
  const state = begun(draft, stage.id);
  settle(draft, stage.id, state.ending?.status ?? draft.state.ending?.status ?? state.verdict ?? 'FAILED');
}

/** Ends a node for good, and goes on with what holds it. */
export function settle(draft: Draft, id: NodeId, status: TerminalStatus, failure?: Failure): void {
  const node = nodeOf(draft.graph, id);
  patch(draft, id, {
    status,
    endedAt: draft.at,
    deadlineAt: undefined,
    retryAt: undefined,
    ending: undefined,
    ...(failure === undefined ? {} : { failure }),
  });
  if (node.kind === 'stage') {
    const queue = node.children.find((child) => nodeOf(draft.graph, child).kind === 'queue');
    if (queue !== undefined && statusIn(draft, queue) !== undefined) {
      draft.effects.push({ type: 'release-turn', node: queue });
    }
  }
  const parent = parentOf(draft, id);
  if (parent === undefined) advanceExecution(draft);
  else advance(draft, parent);
}

/** A node failed by itself: its failure rules decide what follows. */
export function fail(
  draft: Draft,
  id: NodeId,
  status: 'FAILED' | 'EXPIRED' | 'ERRORED',
  failure: Failure,
): void {
  const node = nodeOf(draft.graph, id);
  const decision = decide(draft.graph, id, failure, begun(draft, id).retryCount, isLeaf(node));
  if (decision.type === 'retry') {
    patch(draft, id, {
      status: 'TIMED_WAITING',
      retryAt: draft.at + decision.delayMs,
      deadlineAt: undefined,
      ending: undefined,
      taskId: undefined,
      failure,
    });
    return;
  }
  if (decision.type === 'ignore') return settle(draft, id, 'IGNORE_FAILED', failure);
  draft.state.failure ??= { node: id, failure };
  if (decision.type === 'abort') discontinueExecution(draft, { status: 'ABORTED' }, id);
  if (decision.type === 'rollback') patch(draft, stageOf(draft.graph, id).id, { wantsRollback: true });
  if (node.kind === 'stage') {
    patch(draft, id, { failure });
    if (decision.type === 'abort') return settle(draft, id, 'ABORTED', failure);
    return endStage(draft, node, status === 'EXPIRED' ? 'EXPIRED' : 'FAILED');
  }
  settle(draft, id, status, failure);
}

/** Tells everything that runs to stop; nothing new begins, and no rollback. `except` has just failed and ends by itself. */
export function discontinueExecution(draft: Draft, ending: Ending, except?: NodeId): void {
  draft.state.status = 'DISCONTINUING';
  draft.state.ending = ending;
  for (const stage of draft.graph.stages) {
    if (isLiveIn(draft, stage)) discontinue(draft, stage, ending, except);
  }
}

/** Tells what runs in a node to stop. A step ends when its task has, so that nothing runs beside a task that still writes. */
export function discontinue(draft: Draft, id: NodeId, ending: Ending, except?: NodeId): void {
  const live = subtree(draft.graph, id).filter((node) => isLiveIn(draft, node.id) && node.id !== except);
  const inner: Ending = { status: ending.status };
  for (const node of live) {
    const fields = {
      status: 'DISCONTINUING',
      ending: node.id === id ? ending : inner,
      deadlineAt: undefined,
    } as const;
    const state = begun(draft, node.id);
    if (!isLeaf(node)) patch(draft, node.id, fields);
    else if (state.taskId !== undefined && state.status !== 'TIMED_WAITING')
      stopTask(draft, node, state.taskId, fields);
  }
  // Innermost first, so that each container is asked once what it holds has ended.
  for (const node of live.toReversed()) {
    if (!isLiveIn(draft, node.id)) continue;
    if (!isLeaf(node)) advance(draft, node);
    else if (statusIn(draft, node.id) !== 'DISCONTINUING') endLeaf(draft, node, id, ending);
  }
}

function endLeaf(draft: Draft, node: GraphNode, root: NodeId, ending: Ending): void {
  const isOwn = node.id === root && ending.failure !== undefined && ending.status === 'EXPIRED';
  if (isOwn && ending.failure !== undefined && !isParentHalting(draft, node.id)) {
    return fail(draft, node.id, 'EXPIRED', ending.failure);
  }
  settle(draft, node.id, ending.status, isOwn ? ending.failure : undefined);
}

function stopTask(draft: Draft, node: GraphNode, taskId: string, fields: Parameters<typeof patch>[2]): void {
  const already = statusIn(draft, node.id) === 'DISCONTINUING';
  // What the step itself ran into is kept when the whole execution is stopped as well.
  const failure = begun(draft, node.id).ending?.failure;
  patch(draft, node.id, fields);
  if (already && failure !== undefined) patch(draft, node.id, { failure });
  if (already) return;
  const reason = fields.ending?.status === 'EXPIRED' ? 'Its time is over.' : 'The execution was aborted.';
  draft.effects.push({ type: 'cancel-task', node: node.id, taskId, reason });
}

/** A step's task has ended while it was told to stop. */
export function endDiscontinued(draft: Draft, id: NodeId, observed: Failure | undefined): void {
  const ending = begun(draft, id).ending ?? inheritedEnding(draft, id);
  const own = ending.failure;
  if (own === undefined || isParentHalting(draft, id))
    return settle(draft, id, ending.status, own ?? observed);
  const failure: Failure =
    observed === undefined
      ? own
      : {
          ...own,
          causes: observed.causes,
          evidence: observed.evidence,
          hints: [...observed.hints, ...own.hints],
        };
  fail(draft, id, 'EXPIRED', failure);
}
