import type { ExecutionEvent } from './events.ts';
import type { Graph } from './graph.ts';
import type { ExecutionState } from './state.ts';
import { initialState } from './state.ts';
import { transition } from './transition.ts';

/** Folds stored events; `null` when one of them is illegal, which stored events never are. */
export function replay(graph: Graph, events: readonly ExecutionEvent[]): ExecutionState | null {
  let state = initialState;
  for (const event of events) {
    const next = transition(graph, state, event);
    if (next.kind === 'illegal') return null;
    state = next.state;
  }
  return state;
}
