import type { Effect, ExecutionEvent } from '@slipway/pipeline-core';
import { isLive, nodeOf, stageOf } from '@slipway/pipeline-core';
import { releaseTurn, resolvedOf, takeTurn } from '../domains/executions/index.ts';
import type { ExpressionFacts } from '../domains/executions/index.ts';
import { readScopeNames } from '../domains/scopes/index.ts';
import type { NewTask } from '../domains/tasks/index.ts';
import type { Database, Tx } from '../platform/database.ts';
import { addJob, lastJobAttempt } from '../platform/jobs.ts';
import type { JobContext } from '../platform/jobs.ts';
import type { Logger } from '../platform/log.ts';
import { toStepTask } from './dispatch-step.ts';
import { openSession } from './execution-session.ts';
import type { ExecutionSession } from './execution-session.ts';
import { internalFailure } from './failures.ts';
import { resolveInfrastructure, resolveService } from './resolve-entities.ts';

/** What the runtime asks of the delegates' queue. */
export interface TaskQueue {
  readonly create: (tx: Tx, task: NewTask) => Promise<void>;
  readonly cancel: (tx: Tx, taskId: string, reason: string) => Promise<void>;
}

export interface EffectParts {
  readonly database: Database;
  readonly tasks: TaskQueue;
  readonly baseUrl: string;
  readonly installation: string;
  readonly now: () => number;
  readonly log: Logger;
}

export interface EffectsJob {
  readonly executionId: string;
  readonly effects: readonly Effect[];
}

/**
 * Carries out the effects of one change of an execution. Short ones that follow from them are done in the same transaction, so that
 * a node costs a few milliseconds; whatever a crash interrupts is done again as a whole.
 */
export async function carryOut(parts: EffectParts, job: EffectsJob, context: JobContext): Promise<void> {
  const cancels = job.effects.filter((effect) => effect.type === 'cancel-task');
  for (const effect of cancels) {
    // Apart from the execution's lock: whoever records an outcome takes the task first and the execution second.
    await parts.database.transaction((tx) => parts.tasks.cancel(tx, effect.taskId, effect.reason));
  }
  const rest = job.effects.filter((effect) => effect.type !== 'cancel-task');
  if (rest.length === 0) return;
  try {
    await parts.database.transaction((tx) => carryOutIn(parts, tx, job.executionId, rest));
  } catch (error) {
    if (context.attempt < lastJobAttempt) throw error;
    parts.log.error(
      { err: error, executionId: job.executionId },
      'effects failed for good; their nodes end ERRORED',
    );
    await parts.database.transaction((tx) => giveUp(parts, tx, job, error));
  }
}

async function carryOutIn(
  parts: EffectParts,
  tx: Tx,
  executionId: string,
  effects: readonly Effect[],
): Promise<void> {
  const session = await openSession(tx, executionId);
  if (session === null) return;
  const names = await readScopeNames(tx, session.facts.scope);
  const left: Effect[] = [];
  const open: Effect[] = [...effects];
  for (let effect = open.shift(); effect !== undefined; effect = open.shift()) {
    if (isForLater(effect)) left.push(effect);
    else await carryOutOne(parts, session, names, effect);
    open.push(...session.takeEffects());
  }
  session.giveBack(left);
  await session.close();
}

/** Timers are jobs of their own; a task is cancelled apart from the execution's lock. */
const isForLater = ({ type }: Effect): boolean =>
  type === 'cancel-task' || type === 'set-timer' || type === 'clear-timer';

async function carryOutOne(
  parts: EffectParts,
  session: ExecutionSession,
  names: ExpressionFacts['names'],
  effect: Effect,
): Promise<void> {
  const about = { ...pick(session), names, baseUrl: parts.baseUrl, installation: parts.installation };
  switch (effect.type) {
    case 'resolve-node':
      return resolve(parts, session, about, effect);
    case 'dispatch-step':
      return dispatch(parts, session, about, effect);
    case 'take-turn':
      return take(parts, session, effect.node);
    case 'release-turn':
      return release(parts, session, effect.node);
    case 'cancel-task':
    case 'set-timer':
    case 'clear-timer':
      throw new Error(`${effect.type} is not carried out in a session.`);
  }
}

const pick = ({ facts, graph, state }: ExecutionSession) => ({ facts, graph, state });

type Attempt = { readonly node: string; readonly attempt: number };
type About = ExpressionFacts & { readonly installation: string };

/** A repeated effect, or one of a node that was told to stop meanwhile, has nothing left to do. */
const isCurrent = ({ state }: ExecutionSession, { node, attempt }: Attempt): boolean => {
  const own = state.nodes[node];
  return (
    isLive(state, node) && own?.attempt === attempt && own.status === 'RUNNING' && own.taskId === undefined
  );
};

async function resolve(
  parts: EffectParts,
  session: ExecutionSession,
  about: About,
  at: Attempt,
): Promise<void> {
  if (!isCurrent(session, at)) return;
  const node = nodeOf(session.graph, at.node);
  const outcome =
    node.kind === 'service'
      ? await resolveService(session.tx, about, node)
      : await resolveInfrastructure(session.tx, about, node);
  const common = { at: parts.now(), node: at.node, attempt: at.attempt };
  session.feed(
    outcome.ok
      ? { type: 'node.resolved', ...common, outputs: { ...outcome.value } }
      : { type: 'node.failed', ...common, failure: outcome.failure },
  );
}

async function dispatch(
  parts: EffectParts,
  session: ExecutionSession,
  about: About,
  at: Attempt,
): Promise<void> {
  if (!isCurrent(session, at)) return;
  const { tx, facts } = session;
  const outcome = await toStepTask(tx, about, nodeOf(session.graph, at.node), at.attempt);
  const common = { at: parts.now(), node: at.node, attempt: at.attempt };
  if (!outcome.ok) {
    session.feed({ type: 'node.failed', ...common, failure: outcome.failure });
    return;
  }
  const { id, spec, selectors, preferKey, timeoutMs } = outcome.value;
  const resolvedDeadline = timeoutMs === undefined ? undefined : common.at + timeoutMs;
  const deadline = resolvedDeadline ?? session.state.nodes[at.node]?.deadlineAt;
  await parts.tasks.create(tx, {
    id,
    spec,
    scope: facts.scope,
    selectors,
    executionId: facts.id,
    node: at.node,
    ...(preferKey === undefined ? {} : { preferKey }),
    ...(deadline === undefined ? {} : { deadlineAt: new Date(deadline) }),
  });
  session.feed({ type: 'task.created', ...common, taskId: id, deadlineAt: resolvedDeadline });
}

async function take(parts: EffectParts, session: ExecutionSession, node: string): Promise<void> {
  if (!isLive(session.state, node)) return;
  const stage = stageOf(session.graph, node);
  const { service, infrastructure } = resolvedOf(session, stage);
  const free =
    service === undefined || infrastructure === undefined || infrastructure.allowSimultaneousDeployments;
  const granted =
    free ||
    (await takeTurn(
      session.tx,
      turnKey(service, infrastructure),
      turnOf(session, node),
      new Date(parts.now()),
    ));
  if (granted) session.feed({ type: 'turn.granted', at: parts.now(), node });
}

const turnOf = ({ facts }: ExecutionSession, node: string) => ({ executionId: facts.id, node });

type ResolvedService = NonNullable<ReturnType<typeof resolvedOf>['service']>;
type ResolvedInfrastructure = NonNullable<ReturnType<typeof resolvedOf>['infrastructure']>;

/** One deployment at a time per service and infrastructure, whatever pipeline it comes from. */
const turnKey = (service: ResolvedService, { env, identifier }: ResolvedInfrastructure): string =>
  `${service.scopeKey}:${service.identifier} ${env.scopeKey}:${env.identifier}/${identifier}`;

async function release(parts: EffectParts, session: ExecutionSession, node: string): Promise<void> {
  const next = await releaseTurn(session.tx, turnOf(session, node), new Date(parts.now()));
  if (next === null) return;
  // The other execution has a lock of its own, which is never taken while this one is held.
  await addJob(session.tx, 'deployment.turn', next, {
    key: `deployment-turn:${next.executionId}:${next.node}`,
  });
}

async function giveUp(
  parts: EffectParts,
  tx: Tx,
  { executionId, effects }: EffectsJob,
  error: unknown,
): Promise<void> {
  const session = await openSession(tx, executionId);
  if (session === null) return;
  for (const effect of effects) {
    if (effect.type !== 'resolve-node' && effect.type !== 'dispatch-step') continue;
    const { node, attempt } = effect;
    session.feed({ type: 'node.failed', at: parts.now(), node, attempt, failure: internalFailure(error) });
  }
  await session.close();
}

/** Folds one event in a transaction of its own. */
export async function applyEvent(
  { database }: EffectParts,
  executionId: string,
  event: ExecutionEvent,
): Promise<void> {
  await database.transaction(async (tx) => {
    const session = await openSession(tx, executionId);
    if (session === null) return;
    session.feed(event);
    await session.close();
  });
}
