import { executionRoutes, interruptTypes } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import { allowedActions } from '@slipway/pipeline-core';
import type { FastifyInstance } from 'fastify';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { registerRoute } from '../../platform/route.ts';
import { readLog } from '../logs/index.ts';
import { listExecutions, readExecution, readExecutionYaml } from './execution-queries.ts';
import type { ExecutionRecord } from './execution-record.ts';
import { toView } from './execution-views.ts';
import { startExecution } from './start-execution.ts';
import type { ProjectScope, StartDeps } from './start-execution.ts';

export interface ExecutionRoutesDeps extends StartDeps {
  readonly database: Database;
}

export function registerExecutionRoutes(app: FastifyInstance, deps: ExecutionRoutesDeps): void {
  const { database } = deps;
  const { prisma } = database;

  registerRoute(app, executionRoutes.start, async ({ params, body, scope, actor, requestId, idempotency }) =>
    database.transaction(async (tx) => {
      const { inputs = {}, inputSetRefs = [], stages, notes, rerunOf } = body;
      const request = {
        scope: projectOf(scope),
        pipeline: params.identifier,
        inputs,
        inputSetRefs,
        stages,
        notes,
        rerunOf,
      };
      const executionId = await startExecution(tx, deps, { ...request, actor, requestId });
      await idempotency?.remember(tx, { status: 201, body: { executionId } });
      return { executionId };
    }),
  );

  registerRoute(app, executionRoutes.list, async ({ query, scope }) => {
    const { pipeline, status, service, environment, search, ...page } = query;
    return listExecutions(prisma, { scope, pipeline, status, service, environment, search }, page);
  });

  registerRoute(app, executionRoutes.get, async ({ params, scope }) =>
    toView((await readExecution(prisma, scope, params.executionId)) ?? absent(params.executionId)),
  );

  registerRoute(app, executionRoutes.yaml, async ({ params, scope }) => ({
    body: (await readExecutionYaml(prisma, scope, params.executionId)) ?? absent(params.executionId),
    headers: { 'content-type': 'application/yaml; charset=utf-8' },
  }));

  registerRoute(app, executionRoutes.logs, async ({ params, query, scope, accept }) => {
    const record = (await readExecution(prisma, scope, params.executionId)) ?? absent(params.executionId);
    const { stages: order, nodes } = record.graph;
    if (query.node !== undefined && nodes[query.node] === undefined) {
      fail('entity.not_found', `There is no node ${query.node} in this execution.`, {
        hint: 'A node is named by its path, such as deploy.rollout.',
      });
    }
    return readLog(prisma, { executionId: params.executionId, order, accept, ...query });
  });

  registerRoute(app, executionRoutes.interrupt, async ({ params, body, scope, actor, requestId }) => {
    const { executionId } = params;
    requireSupported(body.type, body.node);
    const record = (await readExecution(prisma, scope, executionId)) ?? absent(executionId);
    requireAbortable(record);
    await database.transaction(async (tx) => {
      await deps.apply(tx, executionId, [
        { type: 'interrupt.requested', at: deps.now(), interrupt: 'AbortAll', by: actor.name },
      ]);
      await auditAbort(tx, record, { scope, actor, requestId });
    });
    return { accepted: true } as const;
  });
}

// Its routes exist below a project only.
const projectOf = (scope: Scope): ProjectScope => scope as ProjectScope;

const absent = (id: string): never => fail('entity.not_found', `There is no execution ${id} here.`);

function requireSupported(type: string, node: string | undefined): void {
  if (!interruptTypes.some((known) => known === type)) {
    fail('execution.interrupt_unsupported', `The interrupt ${type} is not supported yet; AbortAll is.`);
  }
  if (node === undefined) return;
  fail('execution.interrupt_unsupported', 'AbortAll ends the whole execution; leave node out.');
}

function requireAbortable({ state }: ExecutionRecord): void {
  const { abort } = allowedActions(state.status);
  if (abort.allowed) return;
  fail(
    state.endedAt === undefined ? 'execution.interrupt_not_allowed' : 'execution.not_running',
    abort.reason,
  );
}

async function auditAbort(
  tx: Parameters<Parameters<Database['transaction']>[0]>[0],
  { facts }: ExecutionRecord,
  by: { readonly scope: Scope; readonly actor: Actor; readonly requestId: string },
): Promise<void> {
  await recordAudit(tx, {
    ...by,
    action: 'ABORT',
    kind: 'execution',
    identifier: facts.id,
    name: `${facts.pipelineName} #${facts.sequence}`,
  });
}
