import type { ActorRef, Failure, Scope } from '@slipway/contracts';
import { scopeKey } from '@slipway/contracts';
import type { ExecutionEvent, ExecutionState, Graph } from '@slipway/pipeline-core';
import { scopeFromKey } from '../../platform/access.ts';
import type { Prisma, Tx } from '../../platform/database.ts';

export interface Trigger {
  readonly type: 'MANUAL' | 'API' | 'RERUN';
  readonly by: ActorRef & { readonly email?: string };
  readonly notes?: string;
  readonly rerunOf?: string;
}

/** What of an execution never changes. */
export interface ExecutionFacts {
  readonly id: string;
  readonly scope: Scope & { level: 'project' };
  readonly pipeline: string;
  readonly pipelineName: string;
  readonly sequence: number;
  readonly trigger: Trigger;
  readonly createdAt: Date;
}

export interface LockedExecution {
  readonly facts: ExecutionFacts;
  readonly graph: Graph;
  readonly state: ExecutionState;
  readonly services: readonly string[];
  readonly environments: readonly string[];
}

interface LockedRow {
  id: string;
  scopeKey: string;
  pipeline: string;
  pipelineName: string;
  sequence: number;
  trigger: unknown;
  createdAt: Date;
  graph: unknown;
  state: unknown;
  services: string[];
  environments: string[];
}

/** Graphs of recent executions: they never change, and are the largest part of a row. */
const graphs = new Map<string, Graph>();
const mostGraphs = 500;

function rememberGraph(id: string, graph: Graph): Graph {
  graphs.delete(id);
  graphs.set(id, graph);
  const [oldest] = graphs.keys();
  if (graphs.size > mostGraphs && oldest !== undefined) graphs.delete(oldest);
  return graph;
}

/** The execution, its row locked until the transaction ends: whoever changes one takes turns by this. */
export async function lockExecution(tx: Tx, id: string): Promise<LockedExecution | null> {
  const known = graphs.get(id);
  // Prisma has no FOR UPDATE; the graph is read only when it is not known yet.
  const rows = await tx.$queryRaw<LockedRow[]>`
    select id, "scopeKey", pipeline, "pipelineName", sequence, trigger, "createdAt", state, services, environments,
      case when ${known === undefined} then graph end as graph
    from execution where id = ${id}::uuid for update`;
  const [row] = rows;
  if (row === undefined) return null;
  // The JSON columns hold what this file wrote into them.
  const graph = rememberGraph(id, known ?? (row.graph as Graph));
  return {
    facts: toFacts(row),
    graph,
    state: row.state as ExecutionState,
    services: row.services,
    environments: row.environments,
  };
}

export function toFacts(
  row: Omit<LockedRow, 'graph' | 'state' | 'services' | 'environments'>,
): ExecutionFacts {
  const scope = scopeFromKey(row.scopeKey);
  if (scope.level !== 'project')
    throw new Error(`Execution ${row.id} is of ${row.scopeKey}; executions live in projects.`);
  return {
    id: row.id,
    scope,
    pipeline: row.pipeline,
    pipelineName: row.pipelineName,
    sequence: row.sequence,
    trigger: row.trigger as Trigger,
    createdAt: row.createdAt,
  };
}

export interface NewExecution {
  readonly facts: ExecutionFacts;
  readonly graph: Graph;
  readonly state: ExecutionState;
  readonly yaml: string;
}

export async function insertExecution(tx: Tx, { facts, graph, state, yaml }: NewExecution): Promise<void> {
  await tx.execution.create({
    data: {
      id: facts.id,
      scopeKey: scopeKey(facts.scope),
      pipeline: facts.pipeline,
      pipelineName: facts.pipelineName,
      sequence: facts.sequence,
      status: state.status,
      headline: '',
      graph: toJson(graph),
      state: toJson(state),
      yaml,
      trigger: toJson(facts.trigger),
      createdAt: facts.createdAt,
      services: [],
      environments: [],
    },
  });
  rememberGraph(facts.id, graph);
}

export interface ExecutionChange {
  readonly id: string;
  readonly state: ExecutionState;
  readonly events: readonly ExecutionEvent[];
  readonly headline: string;
  readonly failure: Failure | undefined;
  readonly services: readonly string[];
  readonly environments: readonly string[];
}

/**
 * Writes the events and the state they fold to; the caller holds the row's lock. One statement, since this is what every step of every
 * execution waits for.
 */
export async function saveExecution(tx: Tx, change: ExecutionChange): Promise<void> {
  const { id, state, events, headline, services, environments } = change;
  const first = state.version - events.length + 1;
  const failure = change.failure === undefined ? null : JSON.stringify(change.failure);
  const { startedAt = null, endedAt = null } = state;
  await tx.$executeRaw`
    with written as (
      insert into execution_event ("executionId", seq, at, event)
      select ${id}::uuid, ${first}::int + ordinal::int - 1,
        to_timestamp((event ->> 'at')::double precision / 1000) at time zone 'utc', event
      from jsonb_array_elements(${JSON.stringify(events)}::jsonb) with ordinality as given(event, ordinal))
    update execution set status = ${state.status}, version = ${state.version}::int, state = ${JSON.stringify(state)}::jsonb,
      headline = ${headline}, services = ${[...services]}::text[], environments = ${[...environments]}::text[],
      failure = coalesce(${failure}::jsonb, failure),
      "startedAt" = to_timestamp(${startedAt}::double precision / 1000) at time zone 'utc',
      "endedAt" = to_timestamp(${endedAt}::double precision / 1000) at time zone 'utc'
    where id = ${id}::uuid`;
}

/** The next number of a pipeline; concurrent starts take turns. */
export async function nextSequence(tx: Tx, scope: Scope, pipeline: string): Promise<number> {
  const rows = await tx.$queryRaw<{ sequence: number }[]>`
    insert into pipeline_counter ("scopeKey", pipeline, "lastSequence") values (${scopeKey(scope)}, ${pipeline}, 1)
    on conflict ("scopeKey", pipeline) do update set "lastSequence" = pipeline_counter."lastSequence" + 1
    returning "lastSequence" as sequence`;
  return rows[0]?.sequence ?? 1;
}

/** Plain data that this program made; that its interfaces have no index signature is TypeScript's matter only. */
export const toJson = (value: unknown): Prisma.InputJsonObject => value as Prisma.InputJsonObject;
