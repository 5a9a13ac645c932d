import type { Status } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { Effect } from './effects.ts';
import type { Graph, GraphNode, NodeId } from './graph.ts';
import { nodeOf } from './graph.ts';
import type { ExecutionState, NodeState } from './state.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A transition in the making: the next state, copied where it is written, and the effects so far. */
export interface Draft {
  readonly graph: Graph;
  readonly at: number;
  readonly state: Mutable<ExecutionState> & { nodes: Record<NodeId, NodeState> };
  readonly effects: Effect[];
}

export function createDraft(graph: Graph, state: ExecutionState, at: number): Draft {
  return {
    graph,
    at,
    state: { ...state, version: state.version + 1, nodes: { ...state.nodes } },
    effects: [],
  };
}

/** The state of a node that has begun. */
export function begun(draft: Draft, id: NodeId): NodeState {
  const state = draft.state.nodes[id];
  if (state === undefined) throw new Error(`Node ${id} has not begun; only begun nodes are changed.`);
  return state;
}

/** Changes fields of a node; `undefined` removes one. */
export function patch(
  draft: Draft,
  id: NodeId,
  fields: { [Key in keyof NodeState]?: NodeState[Key] | undefined },
): void {
  const merged: Record<string, unknown> = { ...draft.state.nodes[id], ...fields };
  for (const key of Object.keys(merged)) if (merged[key] === undefined) delete merged[key];
  // Merging known fields into a begun node gives a node; begin() writes all the required ones.
  draft.state.nodes[id] = merged as unknown as NodeState;
}

/** Deletes what only a live node or execution has. */
export function forget(draft: Draft, ...keys: ('ending' | 'deadlineAt' | 'timerAt')[]): void {
  for (const key of keys) delete draft.state[key];
}

export const statusIn = (draft: Draft, id: NodeId): Status | undefined => draft.state.nodes[id]?.status;

export const isLiveIn = (draft: Draft, id: NodeId): boolean => {
  const status = statusIn(draft, id);
  return status !== undefined && !isTerminal(status);
};

export const parentOf = (draft: Draft, id: NodeId): GraphNode | undefined => {
  const parent = nodeOf(draft.graph, id).parent;
  return parent === undefined ? undefined : nodeOf(draft.graph, parent);
};
