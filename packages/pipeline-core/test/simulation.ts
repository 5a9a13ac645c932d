import type { Failure, Status } from '@slipway/contracts';
import type { Effect, ExecutionEvent, ExecutionState, Graph, NodeOutcome } from '../src/index.ts';
import { initialState, nodeOf, statusOf, transition } from '../src/index.ts';

export const failureOf = (errorType: Failure['errorType'] = 'Unknown', code = 'test.failed'): Failure => ({
  code,
  errorType,
  message: `It failed with ${code}.`,
  causes: [],
  evidence: [],
  hints: [],
});

/** An execution whose outside world is the test: effects gather until an event answers them. */
export interface Simulation {
  state: ExecutionState;
  readonly events: ExecutionEvent[];
  readonly effects: Effect[];
  now: number;
  apply(event: ExecutionEvent): 'applied' | 'illegal';
  status(id: string): Status;
  /** Statuses of all nodes that the user wrote, as one line. */
  line(): string;
  /** Resolves services and infrastructures, grants turns and hands steps to delegates until only tasks are left. */
  settle(): void;
  finish(id: string, outcome?: NodeOutcome): 'applied' | 'illegal';
  fail(id: string, errorType?: Failure['errorType']): 'applied' | 'illegal';
  pass(ms: number): void;
  abort(): 'applied' | 'illegal';
  cancelled(): string[];
}

export function simulate(graph: Graph): Simulation {
  const open: Effect[] = [];
  const simulation: Simulation = {
    state: initialState,
    events: [],
    effects: [],
    now: 1_000_000,
    apply(event) {
      const next = transition(graph, simulation.state, event);
      if (next.kind === 'illegal') return 'illegal';
      simulation.state = next.state;
      simulation.events.push(event);
      simulation.effects.push(...next.effects);
      open.push(...next.effects);
      return 'applied';
    },
    status: (id) => statusOf(graph, simulation.state, id),
    line: () =>
      Object.keys(graph.nodes)
        .filter((id) => nodeOf(graph, id).kind === 'step')
        .map((id) => `${id}=${statusOf(graph, simulation.state, id)}`)
        .join(' '),
    settle() {
      for (let effect = open.shift(); effect !== undefined; effect = open.shift()) answer(simulation, effect);
    },
    finish(id, outcome = { kind: 'succeeded', outputs: {} }) {
      const taskId = simulation.state.nodes[id]?.taskId ?? 'none';
      const result = simulation.apply({
        type: 'task.finished',
        at: simulation.now,
        node: id,
        taskId,
        outcome,
      });
      simulation.settle();
      return result;
    },
    fail: (id, errorType) => simulation.finish(id, { kind: 'failed', failure: failureOf(errorType) }),
    pass(ms) {
      simulation.now += ms;
      simulation.apply({ type: 'time.passed', at: simulation.now });
      simulation.settle();
    },
    abort() {
      const result = simulation.apply({
        type: 'interrupt.requested',
        at: simulation.now,
        interrupt: 'AbortAll',
        by: 'Ada',
      });
      simulation.settle();
      return result;
    },
    cancelled: () =>
      simulation.effects.flatMap((effect) => (effect.type === 'cancel-task' ? [effect.node] : [])),
  };
  return simulation;
}

export function started(graph: Graph): Simulation {
  const simulation = simulate(graph);
  simulation.apply({ type: 'execution.started', at: simulation.now });
  simulation.settle();
  return simulation;
}

/** What the world does at once; a cancelled task ends only when the test says so. */
function answer(simulation: Simulation, effect: Effect): void {
  const at = simulation.now;
  switch (effect.type) {
    case 'resolve-node':
      simulation.apply({
        type: 'node.resolved',
        at,
        node: effect.node,
        attempt: effect.attempt,
        outputs: {},
      });
      return;
    case 'dispatch-step': {
      const { node, attempt } = effect;
      const taskId = `${node}/${attempt}`;
      simulation.apply({ type: 'task.created', at, node, attempt, taskId });
      simulation.apply({ type: 'task.started', at, node, taskId, delegate: 'local', instance: 'one' });
      return;
    }
    case 'take-turn':
      simulation.apply({ type: 'turn.granted', at, node: effect.node });
      return;
    case 'cancel-task':
    case 'release-turn':
    case 'set-timer':
    case 'clear-timer':
      return;
  }
}
