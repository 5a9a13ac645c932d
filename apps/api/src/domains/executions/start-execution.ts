import { randomUUID } from 'node:crypto';
import { PipelineDocumentSchema, parseDuration, scopeKey } from '@slipway/contracts';
import type { Pipeline, Scope } from '@slipway/contracts';
import { evaluateTemplate } from '@slipway/expressions';
import type { Scope as ExpressionScope } from '@slipway/expressions';
import { compile, initialState } from '@slipway/pipeline-core';
import type { ExecutionEvent, Graph } from '@slipway/pipeline-core';
import { toActorRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import {
  databaseLookup,
  findEntity,
  readSingle,
  requireAccess,
  requireReferences,
} from '../entities/index.ts';
import { readScopeNames } from '../scopes/index.ts';
import type { ScopeNames } from '../scopes/index.ts';
import { insertExecution, nextSequence } from './execution-store.ts';
import type { ExecutionFacts, Trigger } from './execution-store.ts';
import { pipelineScope } from './expression-scope.ts';

export type ProjectScope = Scope & { readonly level: 'project' };

export interface StartRequest {
  readonly scope: ProjectScope;
  readonly pipeline: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly inputSetRefs: readonly string[];
  readonly stages?: readonly string[] | undefined;
  readonly notes?: string | undefined;
  readonly rerunOf?: string | undefined;
  readonly actor: Actor;
  readonly requestId: string;
}

export interface StartDeps {
  readonly apply: (tx: Tx, executionId: string, events: readonly ExecutionEvent[]) => Promise<void>;
  readonly now: () => number;
  readonly baseUrl: string;
}

/** Begins an execution of the pipeline as it is saved now; everything it will ever need of the document is stored with it. */
export async function startExecution(tx: Tx, deps: StartDeps, request: StartRequest): Promise<string> {
  const { scope } = request;
  refuseInputs(request);
  const entity = await findEntity(tx, { kind: 'pipeline', scope, parent: '', identifier: request.pipeline });
  if (entity === null) fail('entity.not_found', `There is no pipeline ${request.pipeline} here.`);
  const { pipeline } = PipelineDocumentSchema.parse(entity.document);
  await checkReferences(tx, request, entity.yaml);
  const trigger = await triggerOf(tx, request);
  const names = await readScopeNames(tx, scope);
  await auditStart(tx, request, entity.name);
  // From here on other starts of this pipeline wait: the number comes as late as can be.
  const sequence = await nextSequence(tx, scope, request.pipeline);
  const id = randomUUID();
  const createdAt = new Date(deps.now());
  const facts: ExecutionFacts = {
    id,
    scope,
    pipeline: request.pipeline,
    pipelineName: entity.name,
    sequence,
    trigger,
    createdAt,
  };
  const graph = compileFor(deps, { facts, names, pipeline, stages: request.stages });
  await insertExecution(tx, { facts, graph, state: initialState, yaml: entity.yaml });
  await deps.apply(tx, id, [{ type: 'execution.started', at: createdAt.getTime() }]);
  return id;
}

async function auditStart(tx: Tx, request: StartRequest, name: string): Promise<void> {
  const { actor, scope, requestId, pipeline: identifier } = request;
  await recordAudit(tx, { actor, action: 'EXECUTE', kind: 'pipeline', identifier, name, scope, requestId });
}

function refuseInputs({ inputs, inputSetRefs }: StartRequest): void {
  if (Object.keys(inputs).length === 0 && inputSetRefs.length === 0) return;
  fail('execution.inputs_unsupported', 'Inputs and input sets are not supported yet.', {
    hint: 'Write the values into the pipeline, or into its variables.',
  });
}

/** What a forced delete has left dangling is found now, and not in the middle of a deployment. */
async function checkReferences(tx: Tx, { scope, actor }: StartRequest, yaml: string): Promise<void> {
  const read = readSingle(yaml);
  if (!read.ok) fail(read.code, read.message, { errors: read.errors });
  const targets = await requireReferences(tx, databaseLookup(tx), {
    document: read.document,
    scope,
    parent: '',
  });
  requireAccess(actor, scope, targets);
}

async function triggerOf(tx: Tx, { actor, notes, rerunOf, scope, pipeline }: StartRequest): Promise<Trigger> {
  if (rerunOf !== undefined) await requireExecution(tx, scope, pipeline, rerunOf);
  return {
    type: rerunOf !== undefined ? 'RERUN' : actor.type === 'api-key' ? 'API' : 'MANUAL',
    by: { ...toActorRef(actor), ...(actor.email === undefined ? {} : { email: actor.email }) },
    ...(notes === undefined ? {} : { notes }),
    ...(rerunOf === undefined ? {} : { rerunOf }),
  };
}

async function requireExecution(tx: Tx, scope: ProjectScope, pipeline: string, id: string): Promise<void> {
  const found = isUuid(id)
    ? await tx.execution.findFirst({
        where: { id, pipeline, scopeKey: scopeKey(scope) },
        select: { id: true },
      })
    : null;
  if (found === null)
    fail('entity.not_found', `Pipeline ${pipeline} has no execution ${id} that could be repeated.`);
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

interface CompileRequest {
  readonly facts: ExecutionFacts;
  readonly names: ScopeNames;
  readonly pipeline: Pipeline;
  readonly stages: readonly string[] | undefined;
}

function compileFor({ baseUrl }: StartDeps, { facts, names, pipeline, stages }: CompileRequest): Graph {
  if (stages !== undefined && pipeline.allowStageExecutions !== true) {
    const message = 'This pipeline does not allow running chosen stages.';
    fail('request.invalid', message, {
      hint: 'Set allowStageExecutions: true in the pipeline, or leave stages out.',
      errors: [{ pointer: '/stages', message }],
    });
  }
  // Stages do not exist yet; what their timeouts may use is what is known before any stage.
  const empty: Graph = {
    pipeline: { identifier: pipeline.identifier, name: pipeline.name, spec: describe(pipeline) },
    stages: [],
    timeoutMs: 0,
    nodes: {},
  };
  const scope = pipelineScope({ facts, graph: empty, state: initialState, names, baseUrl });
  const compiled = compile(pipeline, {
    ...(stages === undefined ? {} : { onlyStages: stages }),
    resolveDuration: (text, place) => resolveDuration(text, scope, place),
  });
  if (compiled.kind === 'graph') return compiled.graph;
  const message = compiled.problems.map((problem) => problem.message).join(' ');
  return fail('document.invalid', message, {
    errors: compiled.problems.map((problem) => ({ message: `${problem.place}: ${problem.message}` })),
  });
}

const describe = ({ description, tags, variables, delegateSelectors }: Pipeline) => ({
  description: description ?? '',
  tags: tags ?? {},
  variables: variables ?? [],
  delegateSelectors: delegateSelectors ?? [],
});

function resolveDuration(text: string, scope: ExpressionScope, place: string): number | { problem: string } {
  const result = evaluateTemplate(text, scope, { place });
  if (!result.ok)
    return { problem: `${result.error.message} The expression is ${result.error.expression} at ${place}.` };
  const ms = typeof result.value === 'string' ? parseDuration(result.value) : null;
  return ms ?? { problem: `${text} at ${place} gives no duration such as 10m or 1h 30m.` };
}
