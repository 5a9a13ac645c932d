import type { ExecutionSummary, LogSection, Scope, Status } from '@slipway/contracts';
import {
  ProgressSchema,
  StatusSchema,
  isTerminal,
  liveStatuses,
  scopeKey,
  terminalStatuses,
} from '@slipway/contracts';
import type { ExecutionState, Graph } from '@slipway/pipeline-core';
import { z } from 'zod';
import type { Prisma, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { keyset, parseSort, toPage } from '../../platform/paging.ts';
import { toFacts } from './execution-store.ts';
import { toListItem } from './execution-views.ts';
import { DelegateReasonsSchema } from './execution-record.ts';
import type { ExecutionRecord, RecordDetails } from './execution-record.ts';
import type { NodeDetails } from './sentences.ts';

const columns = {
  id: true,
  scopeKey: true,
  pipeline: true,
  pipelineName: true,
  sequence: true,
  trigger: true,
  createdAt: true,
  services: true,
  environments: true,
  headline: true,
  status: true,
  graph: true,
  state: true,
} as const;

type Row = Prisma.Result<Tx['execution'], { select: typeof columns }, 'findUniqueOrThrow'>;

/** The execution, or `null` when this project has none of the id. */
export async function readExecution(tx: Tx, scope: Scope, id: string): Promise<ExecutionRecord | null> {
  if (!z.uuid().safeParse(id).success) return null;
  const row = await tx.execution.findFirst({ where: { id, scopeKey: scopeKey(scope) }, select: columns });
  if (row === null) return null;
  const details = await readDetails(tx, [row], true);
  return toRecord(row, details.get(row.id) ?? new Map());
}

export async function readExecutionYaml(tx: Tx, scope: Scope, id: string): Promise<string | null> {
  if (!z.uuid().safeParse(id).success) return null;
  const row = await tx.execution.findFirst({
    where: { id, scopeKey: scopeKey(scope) },
    select: { yaml: true },
  });
  return row?.yaml ?? null;
}

function toRecord(row: Row, details: ReadonlyMap<string, RecordDetails>): ExecutionRecord {
  return {
    facts: toFacts(row),
    // The JSON columns hold what execution-store.ts wrote into them.
    graph: row.graph as unknown as Graph,
    state: row.state as unknown as ExecutionState,
    services: row.services,
    environments: row.environments,
    headline: row.headline,
    details,
  };
}

export interface ExecutionFilter {
  readonly scope: Scope;
  readonly pipeline?: string | undefined;
  readonly status?: string | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  readonly search?: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly sort?: string | undefined;
}

/** Executions, the newest first. Live ones say how they stand now; ended ones what was last said of them. */
export async function listExecutions(tx: Tx, filter: ExecutionFilter, request: PageRequest) {
  const sort = parseSort(request.sort, ['createdAt'], { field: 'createdAt', direction: 'desc' });
  const query = keyset({
    sort,
    cursor: request.cursor,
    limit: request.limit,
    idField: 'id',
    toColumn: (value) => new Date(value),
  });
  const where = toWhere(filter);
  const [rows, total] = await Promise.all([
    tx.execution.findMany({ ...query, where: { AND: [where, query.where] }, select: columns }),
    tx.execution.count({ where }),
  ]);
  const details = await readDetails(
    tx,
    rows.filter((row) => !isEnded(row)),
    false,
  );
  return toPage({
    rows,
    limit: request.limit,
    total,
    sort,
    positionOf: (row) => ({ value: row.createdAt.toISOString(), id: row.id }),
    toItem: (row): ExecutionSummary => toListItem(toRecord(row, details.get(row.id) ?? new Map())),
  });
}

const isEnded = ({ status }: { status: string }): boolean => {
  const parsed = StatusSchema.safeParse(status);
  return parsed.success && isTerminal(parsed.data);
};

function toWhere({
  scope,
  pipeline,
  status,
  service,
  environment,
  search,
}: ExecutionFilter): Prisma.ExecutionWhereInput {
  const contains = search === undefined ? undefined : ({ contains: search, mode: 'insensitive' } as const);
  const number = search === undefined ? Number.NaN : Number(search.replace(/^#/, ''));
  return {
    scopeKey: scopeKey(scope),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(status === undefined ? {} : { status: { in: readStatuses(status) } }),
    ...(service === undefined ? {} : { services: { has: service } }),
    ...(environment === undefined ? {} : { environments: { has: environment } }),
    ...(contains === undefined
      ? {}
      : {
          OR: [
            { pipelineName: contains },
            { pipeline: contains },
            { headline: contains },
            ...(Number.isInteger(number) && number > 0 && number < 2 ** 31 ? [{ sequence: number }] : []),
          ],
        }),
  };
}

function readStatuses(text: string): Status[] {
  return text.split(',').map((name) => {
    const status = StatusSchema.safeParse(name.trim().toUpperCase());
    if (status.success) return status.data;
    const message = `${name} is no status; there are ${[...liveStatuses, ...terminalStatuses].join(', ')}.`;
    return fail('request.invalid', message, { errors: [{ pointer: 'status', message }] });
  });
}

type DetailsOfExecutions = ReadonlyMap<string, ReadonlyMap<string, RecordDetails>>;

/** Tasks, queues and, for a single view, log sections of live executions. */
async function readDetails(
  tx: Tx,
  rows: readonly Row[],
  withSections: boolean,
): Promise<DetailsOfExecutions> {
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const [tasks, sections, queues] = await Promise.all([
    tx.task.findMany({
      where: { executionId: { in: ids } },
      orderBy: { createdAt: 'asc' },
      select: {
        executionId: true,
        node: true,
        progress: true,
        ineligible: true,
        selectors: true,
        createdAt: true,
      },
    }),
    withSections
      ? tx.logSection.findMany({ where: { executionId: { in: ids } }, orderBy: { position: 'asc' } })
      : [],
    readQueues(tx, rows),
  ]);
  const details = new Map<string, Map<string, RecordDetails>>(ids.map((id) => [id, new Map()]));
  const change = (executionId: string | null, node: string | null, fields: Partial<RecordDetails>): void => {
    const nodes = details.get(executionId ?? '');
    if (nodes === undefined || node === null) return;
    nodes.set(node, { ...(nodes.get(node) ?? { sections: [] }), ...fields });
  };
  // In the order of their creation, so that the last attempt's task has the last word.
  for (const task of tasks) change(task.executionId, task.node, taskDetails(task));
  for (const section of sections) {
    const known = details.get(section.executionId)?.get(section.node)?.sections ?? [];
    change(section.executionId, section.node, { sections: [...known, toLogSection(section)] });
  }
  for (const { executionId, node, queue } of queues) change(executionId, node, { queue });
  return details;
}

function taskDetails(task: {
  progress: unknown;
  ineligible: unknown;
  selectors: string[];
  createdAt: Date;
}): Partial<RecordDetails> {
  const progress = ProgressSchema.safeParse(task.progress);
  const delegates = DelegateReasonsSchema.safeParse(task.ineligible);
  return {
    taskCreatedAt: task.createdAt.getTime(),
    selectors: task.selectors,
    ...(progress.success ? { progress: progress.data, sentence: progress.data.sentence } : {}),
    ...(delegates.success
      ? {
          delegates: delegates.data.map(({ remedy, ...rest }) =>
            remedy === undefined ? rest : { ...rest, remedy },
          ),
        }
      : {}),
  };
}

type SectionRow = Awaited<ReturnType<Tx['logSection']['findUniqueOrThrow']>>;

function toLogSection(row: SectionRow): LogSection {
  return {
    name: row.section,
    // Written by the log store from the protocol's closed list.
    status: row.status as LogSection['status'],
    startedAt: row.startedAt.toISOString(),
    ...(row.endedAt === null ? {} : { endedAt: row.endedAt.toISOString() }),
    lines: row.lines,
    truncated: row.truncated,
  };
}

type Queue = NonNullable<NodeDetails['queue']>;

/** Who is before the waiting nodes of these executions. */
async function readQueues(
  tx: Tx,
  rows: readonly Row[],
): Promise<{ executionId: string; node: string; queue: Queue }[]> {
  const waiting = rows.filter(({ state }) => hasWaitingTurn(state as unknown as ExecutionState));
  if (waiting.length === 0) return [];
  const ids = waiting.map(({ id }) => id);
  const found = await tx.$queryRaw<
    { waiter: string; node: string; id: string; name: string; sequence: number }[]
  >`
    select own."executionId"::text as waiter, own.node, before."executionId"::text as id,
      execution."pipelineName" as name, execution.sequence
    from deployment_turn own
    join deployment_turn before on before.key = own.key and before.id < own.id
    join execution on execution.id = before."executionId"
    where own."executionId" = any(${ids}::uuid[]) and own."grantedAt" is null
    order by own.id, before.id`;
  const queues = new Map<string, { executionId: string; node: string; queue: Queue }>();
  for (const { waiter, node, id, name, sequence } of found) {
    const entry = queues.get(`${waiter} ${node}`) ?? { executionId: waiter, node, queue: [] };
    entry.queue.push({ executionId: id, pipeline: name, sequence, position: entry.queue.length + 1 });
    queues.set(`${waiter} ${node}`, entry);
  }
  return [...queues.values()];
}

const hasWaitingTurn = (state: ExecutionState): boolean =>
  Object.values(state.nodes).some(({ status }) => status === 'RESOURCE_WAITING');
