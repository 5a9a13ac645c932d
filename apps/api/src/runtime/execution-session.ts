import type { ExecutionEvent, ExecutionState, Effect, Graph } from '@slipway/pipeline-core';
import { nodeOf, transition } from '@slipway/pipeline-core';
import { headline, lockExecution, noDetails, saveExecution } from '../domains/executions/index.ts';
import type { ExecutionFacts, LockedExecution } from '../domains/executions/index.ts';
import type { Tx } from '../platform/database.ts';
import { addJob, removeJob } from '../platform/jobs.ts';
import { announce } from '../platform/live.ts';

/** An execution in the hands of one transaction: its row is locked, events fold into it, and closing writes everything at once. */
export interface ExecutionSession {
  readonly tx: Tx;
  readonly facts: ExecutionFacts;
  readonly graph: Graph;
  readonly state: ExecutionState;
  /** Folds an event; a reason when it is illegal, which late and repeated messages are. */
  feed(event: ExecutionEvent): 'applied' | { readonly illegal: string };
  /** Takes the effects that have come up since the last time; whoever takes them sees to them in this transaction. */
  takeEffects(): readonly Effect[];
  /** Gives effects back that are to become jobs. */
  giveBack(effects: readonly Effect[]): void;
  /** Writes events, state and the remaining effects as jobs, and tells the browsers. */
  close(): Promise<void>;
}

/** Opens the execution, or `null` when there is none. */
export async function openSession(tx: Tx, executionId: string): Promise<ExecutionSession | null> {
  const locked = await lockExecution(tx, executionId);
  return locked === null ? null : createSession(tx, locked);
}

export function createSession(tx: Tx, locked: LockedExecution): ExecutionSession {
  const { facts, graph } = locked;
  let { state } = locked;
  const events: ExecutionEvent[] = [];
  let effects: Effect[] = [];
  return {
    tx,
    facts,
    graph,
    get state() {
      return state;
    },
    feed: (event) => {
      const next = transition(graph, state, event);
      if (next.kind === 'illegal') return { illegal: next.reason };
      state = next.state;
      events.push(event);
      effects.push(...next.effects);
      return 'applied';
    },
    takeEffects: () => {
      const taken = effects;
      effects = [];
      return taken;
    },
    giveBack: (given) => void effects.push(...given),
    close: async () => {
      if (events.length === 0) return;
      await save(tx, locked, state, events);
      await enqueue(tx, facts.id, state.version, effects);
      await tellBrowsers(tx, facts, state.version);
    },
  };
}

async function save(
  tx: Tx,
  locked: LockedExecution,
  state: ExecutionState,
  events: readonly ExecutionEvent[],
): Promise<void> {
  const services = collect(locked.services, locked.graph, events, 'service');
  const environments = collect(locked.environments, locked.graph, events, 'infrastructure');
  await saveExecution(tx, {
    id: locked.facts.id,
    state,
    events,
    headline: headline({ graph: locked.graph, state, services, environments, details: noDetails }),
    failure: state.failure?.failure,
    services,
    environments,
  });
}

/** Adds the identifiers of what has been resolved: services by their own, infrastructures by their environment's. */
function collect(
  known: readonly string[],
  graph: Graph,
  events: readonly ExecutionEvent[],
  kind: 'service' | 'infrastructure',
): readonly string[] {
  const field = kind === 'service' ? 'identifier' : 'environment';
  const found = events.flatMap((event) => {
    if (event.type !== 'node.resolved' || nodeOf(graph, event.node).kind !== kind) return [];
    const value = event.outputs[field];
    return typeof value === 'string' ? [value] : [];
  });
  return [...new Set([...known, ...found])];
}

export const timerKey = (executionId: string): string => `execution-timer:${executionId}`;

async function enqueue(
  tx: Tx,
  executionId: string,
  version: number,
  effects: readonly Effect[],
): Promise<void> {
  const work = effects.filter((effect) => effect.type !== 'set-timer' && effect.type !== 'clear-timer');
  if (work.length > 0) {
    const key = `execution-effects:${executionId}:${version}`;
    await addJob(tx, 'execution.effects', { executionId, effects: work }, { key });
  }
  // The last word counts: a timer that is set again replaces the one before.
  const timer = effects.findLast((effect) => effect.type === 'set-timer' || effect.type === 'clear-timer');
  if (timer?.type === 'set-timer') {
    await addJob(
      tx,
      'execution.timer',
      { executionId },
      { key: timerKey(executionId), runAt: new Date(timer.at) },
    );
  } else if (timer?.type === 'clear-timer') {
    await removeJob(tx, timerKey(executionId));
  }
}

async function tellBrowsers(tx: Tx, { id, scope }: ExecutionFacts, version: number): Promise<void> {
  const { org, project } = scope;
  const message = { topic: 'execution', executionId: id, version } as const;
  await announce(tx, { kind: 'execution', org, project, executionId: id }, message);
  await announce(tx, { kind: 'project', org, project }, message);
}
