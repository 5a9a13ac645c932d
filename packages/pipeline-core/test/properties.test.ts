import { isTerminal } from '@slipway/contracts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Effect, ExecutionEvent, FailureAction, FailureRule, Graph } from '../src/index.ts';
import {
  effectKey,
  hasOpenTask,
  initialState,
  isLeaf,
  replay,
  statusOf,
  subtree,
  transition,
} from '../src/index.ts';
import type { Piece } from './graphs.ts';
import { graphOf, preamble } from './graphs.ts';
import type { Simulation } from './simulation.ts';
import { failureOf, simulate } from './simulation.ts';

// Hundreds of random histories take a while on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const lastResort = fc.constantFrom('Abort' as const, 'StageRollback' as const, 'Ignore' as const);
const action: fc.Arbitrary<FailureAction> = fc.oneof(
  lastResort.map((type) => ({ type })),
  fc.record({
    type: fc.constant('Retry' as const),
    retryCount: fc.integer({ min: 1, max: 3 }),
    intervalsMs: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 2 }),
    lastly: lastResort,
  }),
);
const rule: fc.Arbitrary<FailureRule> = fc.record({
  errors: fc.constantFrom(['AllErrors' as const], ['Timeout' as const], ['Unknown' as const]),
  action,
});
const rules = fc.array(rule, { maxLength: 2 });
const timeoutMs = fc.option(fc.integer({ min: 1000, max: 50_000 }), { nil: undefined });

const { piece } = fc.letrec<{ piece: Piece }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc
      .record({ rules, timeoutMs: fc.integer({ min: 1000, max: 50_000 }) })
      .map((own): Piece => ({ identifier: '', kind: 'step', ...own })),
    fc
      .record({
        kind: fc.constantFrom('step-group' as const, 'parallel' as const),
        rules,
        timeoutMs,
        parts: fc.array(tie('piece'), { maxLength: 3 }),
      })
      .map(({ timeoutMs: limit, ...own }): Piece => ({
        identifier: '',
        mode: own.kind === 'parallel' ? 'parallel' : 'sequential',
        ...own,
        ...(limit === undefined ? {} : { timeoutMs: limit }),
      })),
  ),
}));

/** Identifiers are unique within a stage, as the document's schema demands. */
function named(pieces: readonly Piece[], counter: { n: number }): Piece[] {
  return pieces.map((each) => ({
    ...each,
    identifier: `n${(counter.n += 1)}`,
    ...(each.parts === undefined ? {} : { parts: named(each.parts, counter) }),
  }));
}

const graph: fc.Arbitrary<Graph> = fc
  .tuple(
    fc.array(
      fc.record({
        rules,
        timeoutMs,
        parts: fc.array(piece, { minLength: 1, maxLength: 3 }),
        rollback: fc.array(piece, { maxLength: 2 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    fc.integer({ min: 10_000, max: 500_000 }),
  )
  .map(([stages, limit]) =>
    graphOf(
      stages.map(({ timeoutMs: stageLimit, parts, rollback, rules: own }, index): Piece => {
        const counter = { n: 0 };
        return {
          identifier: `s${index}`,
          kind: 'stage',
          rules: own,
          parts: [...preamble, ...named(parts, counter)],
          ...(rollback.length > 0 ? { rollback: named(rollback, counter) } : {}),
          ...(stageLimit === undefined ? {} : { timeoutMs: stageLimit }),
        };
      }),
      limit,
    ),
  );

/** Which of the things that may happen next happens, and how. */
const choice = fc.record({
  pick: fc.nat(),
  how: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'timeout-failure', 'lost'),
  rare: fc.nat({ max: 60 }),
  ms: fc.integer({ min: 1, max: 20_000 }),
});
type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

interface World {
  readonly run: Simulation;
  readonly graph: Graph;
  readonly open: Effect[];
  seen: number;
}

/** Moves new effects into the world's hands. */
function gather(world: World): void {
  world.open.push(...world.run.effects.slice(world.seen));
  world.seen = world.run.effects.length;
}

function eventFor(world: World, { pick, how }: Choice): ExecutionEvent | null {
  const { run, open } = world;
  const at = run.now;
  const tasks = Object.keys(world.graph.nodes).filter((id) => hasOpenTask(world.graph, run.state, id));
  const index = pick % (open.length + tasks.length || 1);
  const effect = open[index];
  if (effect !== undefined) {
    open.splice(index, 1);
    if (effect.type === 'resolve-node') {
      return how === 'fail'
        ? { type: 'node.failed', at, node: effect.node, attempt: effect.attempt, failure: failureOf() }
        : { type: 'node.resolved', at, node: effect.node, attempt: effect.attempt, outputs: {} };
    }
    if (effect.type === 'dispatch-step')
      return {
        type: 'task.created',
        at,
        node: effect.node,
        attempt: effect.attempt,
        taskId: effectKey(effect),
      };
    if (effect.type === 'take-turn') return { type: 'turn.granted', at, node: effect.node };
    return null;
  }
  const node = tasks[index - open.length];
  const taskId = node === undefined ? undefined : run.state.nodes[node]?.taskId;
  if (node === undefined || taskId === undefined) return null;
  if (how === 'lost') return { type: 'task.lost', at, node, taskId };
  if (run.state.nodes[node]?.status === 'DISCONTINUING' && how !== 'ok')
    return { type: 'task.finished', at, node, taskId, outcome: { kind: 'cancelled' } };
  if (how === 'ok')
    return { type: 'task.finished', at, node, taskId, outcome: { kind: 'succeeded', outputs: {} } };
  const failure = failureOf(how === 'fail' ? 'Unknown' : 'Timeout');
  return { type: 'task.finished', at, node, taskId, outcome: { kind: 'failed', failure } };
}

function act(world: World, next: Choice): void {
  const { run } = world;
  run.now += 1;
  if (next.rare === 0)
    run.apply({ type: 'interrupt.requested', at: run.now, interrupt: 'AbortAll', by: 'Ada' });
  else if (next.rare < 8) {
    run.now += next.ms;
    run.apply({ type: 'time.passed', at: run.now });
  } else {
    const event = eventFor(world, next);
    if (event !== null) run.apply(event);
  }
  gather(world);
  checkInvariants(world);
}

function checkInvariants({ run, graph: walked }: World): void {
  for (const id of walked.stages) {
    const rollback = walked.nodes[id]?.rollback;
    if (rollback === undefined || run.state.nodes[rollback] === undefined) continue;
    const forward = (walked.nodes[id]?.children ?? []).flatMap((child) => subtree(walked, child));
    // Rollback never runs beside a task that may still write.
    for (const node of forward)
      expect(run.state.nodes[node.id] === undefined || isTerminal(statusOf(walked, run.state, node.id))).toBe(
        true,
      );
  }
  for (const [id, node] of Object.entries(run.state.nodes)) {
    expect(node.status === 'DISCONTINUING').toBe(node.ending !== undefined);
    expect(isTerminal(node.status)).toBe(node.endedAt !== undefined);
    const parent = walked.nodes[id]?.parent;
    // What holds a live node is live.
    if (!isTerminal(node.status) && parent !== undefined)
      expect(isTerminal(statusOf(walked, run.state, parent))).toBe(false);
  }
  const { timerAt } = run.state;
  for (const node of Object.values(run.state.nodes)) {
    const due = isTerminal(node.status) ? undefined : (node.retryAt ?? node.deadlineAt);
    if (due !== undefined) expect(timerAt ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(due);
  }
}

/** Lets every pending thing happen until the execution ends. */
function finish(world: World): void {
  for (let rounds = 0; rounds < 5000 && !isTerminal(world.run.state.status); rounds += 1) {
    const event = eventFor(world, { pick: rounds, how: 'ok', rare: 60, ms: 1 });
    world.run.now += 1;
    if (event !== null) world.run.apply(event);
    else if (world.open.length === 0) {
      world.run.now = Math.max(world.run.now, world.run.state.timerAt ?? world.run.now);
      world.run.apply({ type: 'time.passed', at: world.run.now });
    }
    gather(world);
  }
}

const walk = fc.tuple(graph, fc.array(choice, { maxLength: 120 })).map(([walked, choices]) => {
  const world: World = { run: simulate(walked), graph: walked, open: [], seen: 0 };
  world.run.apply({ type: 'execution.started', at: world.run.now });
  gather(world);
  return { world, choices };
});

describe('whatever happens in whatever order', () => {
  it('every execution can end, with every node ended, and its events fold to its state', () => {
    fc.assert(
      fc.property(walk, ({ world, choices }) => {
        for (const next of choices) act(world, next);
        finish(world);
        expect(isTerminal(world.run.state.status)).toBe(true);
        for (const id of Object.keys(world.graph.nodes))
          expect(isTerminal(statusOf(world.graph, world.run.state, id))).toBe(true);
        expect(replay(world.graph, world.run.events)).toEqual(world.run.state);
      }),
      { numRuns: 500 },
    );
  });

  it('no effect is asked for twice', () => {
    fc.assert(
      fc.property(walk, ({ world, choices }) => {
        for (const next of choices) act(world, next);
        finish(world);
        const keys = world.run.effects.filter((effect) => !effect.type.endsWith('-timer')).map(effectKey);
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 300 },
    );
  });

  it('a rolled-back stage ends broken, and so does its execution', () => {
    fc.assert(
      fc.property(walk, ({ world, choices }) => {
        for (const next of choices) act(world, next);
        finish(world);
        for (const id of world.graph.stages) {
          const rollback = world.graph.nodes[id]?.rollback;
          if (rollback === undefined || world.run.state.nodes[rollback] === undefined) continue;
          expect(['FAILED', 'EXPIRED', 'ABORTED']).toContain(world.run.state.nodes[id]?.status);
          expect(world.run.state.status).not.toBe('SUCCEEDED');
          expect(world.run.state.failure).toBeDefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('repeating an event changes no node that has ended', () => {
    fc.assert(
      fc.property(walk, ({ world, choices }) => {
        for (const next of choices) act(world, next);
        const { state, events } = world.run;
        const over = Object.entries(state.nodes).filter(([, node]) => isTerminal(node.status));
        for (const event of events) {
          const again = transition(world.graph, state, event);
          const after = again.kind === 'next' ? again.state : state;
          expect(over.map(([id]) => after.nodes[id])).toEqual(over.map(([, node]) => node));
        }
        expect(replay(world.graph, events)).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });

  it('never changes the state it was given', () => {
    fc.assert(
      fc.property(walk, ({ world, choices }) => {
        const frozen = structuredClone(initialState);
        transition(world.graph, frozen, { type: 'execution.started', at: 1 });
        expect(frozen).toEqual(initialState);
        for (const next of choices) {
          const before = world.run.state;
          const copy = structuredClone(before);
          act(world, next);
          expect(before).toEqual(copy);
        }
        expect(Object.values(world.graph.nodes).some(isLeaf)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
