import type { Variable } from '@slipway/contracts';
import { DeferredText, Lazy, asTemplates, joinScopes, scopeOf, secretValue } from '@slipway/expressions';
import type { Scope, ScopeMap, ScopeValue } from '@slipway/expressions';
import type { DescribedSpec, ExecutionState, Graph, GraphNode } from '@slipway/pipeline-core';
import { nodeOf, stageOf, statusOf } from '@slipway/pipeline-core';
import { stepKinds } from '@slipway/steps';
import type { ExecutionFacts } from './execution-store.ts';
import type { ScopeNames } from '../scopes/index.ts';
import type { InfrastructureOutputs, ServiceOutputs } from './resolved-entities.ts';

export interface ExpressionFacts {
  readonly facts: ExecutionFacts;
  readonly graph: Graph;
  readonly state: ExecutionState;
  readonly names: ScopeNames;
  /** Where browsers reach the console. */
  readonly baseUrl: string;
}

/** What expressions of a node see: its own surroundings first, then the pipeline's. */
export function nodeScope(about: ExpressionFacts, node: GraphNode): Scope {
  const stage = stageOf(about.graph, node.id);
  const step: ScopeMap = {
    identifier: node.identifier,
    name: node.name,
    type: node.type ?? node.kind,
    executionUrl: executionUrl(about),
  };
  return joinScopes(scopeOf({ ...stageRoots(about, stage), step }), pipelineScope(about));
}

/** What is known before any stage: for timeouts of the pipeline and its stages. */
export function pipelineScope(about: ExpressionFacts): Scope {
  const scope: Scope = scopeOf({
    account: { identifier: 'account', name: 'account', companyName: '' },
    org: { ...about.names.org },
    project: { ...about.names.project, tags: {} },
    pipeline: new Lazy(() => pipelineMap(about, scope)),
  });
  return scope;
}

const executionUrl = ({ facts, baseUrl }: ExpressionFacts): string =>
  `${baseUrl}/orgs/${facts.scope.org}/projects/${facts.scope.project}/executions/${facts.id}`;

function pipelineMap(about: ExpressionFacts, scope: Scope): ScopeMap {
  const { facts, graph, state } = about;
  const spec = described(graph.pipeline.spec);
  return {
    identifier: graph.pipeline.identifier,
    name: graph.pipeline.name,
    description: spec.description,
    tags: spec.tags,
    delegateSelectors: spec.delegateSelectors,
    variables: variableMap(spec.variables, 'variables', scope),
    executionId: facts.id,
    sequenceId: facts.sequence,
    executionUrl: executionUrl(about),
    executionMode: 'NORMAL',
    startTs: state.startedAt ?? facts.createdAt.getTime(),
    selectedStages: [...graph.stages],
    orgIdentifier: facts.scope.org,
    projectIdentifier: facts.scope.project,
    storeType: 'INLINE',
    triggerType: facts.trigger.type === 'RERUN' ? 'MANUAL' : facts.trigger.type,
    triggeredBy: { name: facts.trigger.by.name, email: facts.trigger.by.email ?? '' },
    notes: facts.trigger.notes ?? '',
    stages: Object.fromEntries(
      graph.stages.map((id) => [id, new Lazy(() => stageMap(about, nodeOf(graph, id)))]),
    ),
  };
}

/** The roots that mean the nearest thing of their kind. */
function stageRoots(about: ExpressionFacts, stage: GraphNode): ScopeMap {
  const resolved = resolvedOf(about, stage);
  return {
    stage: new Lazy(() => stageMap(about, stage)),
    execution: new Lazy(() => executionMap(about, stage)),
    steps: new Lazy(() => executionMap(about, stage)['steps']),
    ...serviceRoots(resolved.service, () => nodeScope(about, stage)),
    ...infrastructureRoots(resolved.infrastructure, () => nodeScope(about, stage)),
  };
}

interface Resolved {
  readonly service: ServiceOutputs | undefined;
  readonly infrastructure: InfrastructureOutputs | undefined;
}

/** What the stage's service and infrastructure came to, as far as the stage has got. */
export function resolvedOf({ state }: Pick<ExpressionFacts, 'state'>, stage: GraphNode): Resolved {
  // The outputs of these nodes are what resolve-service.ts and resolve-infrastructure.ts made.
  return {
    service: state.nodes[`${stage.id}.$service`]?.outputs as ServiceOutputs | undefined,
    infrastructure: state.nodes[`${stage.id}.$infrastructure`]?.outputs as InfrastructureOutputs | undefined,
  };
}

/** `service.*` and its variables. */
export function serviceRoots(service: ServiceOutputs | undefined, scopeWhereUsed: () => Scope): ScopeMap {
  if (service === undefined) return {};
  const { identifier, name, description, type, tags, variables } = service;
  const values = new Lazy(() => variableMap(variables, `service ${identifier} variables`, scopeWhereUsed()));
  return {
    service: { identifier, name, description, type, tags, gitOpsEnabled: false, variables: values },
    serviceVariables: values,
    serviceVariableOverrides: {},
  };
}

/** `env.*`, `infra.*` and the keys made of them. */
export function infrastructureRoots(
  infrastructure: InfrastructureOutputs | undefined,
  scopeWhereUsed: () => Scope,
): ScopeMap {
  if (infrastructure === undefined) return {};
  const { env, infraKey, infraKeyShortId, ...infra } = infrastructure;
  return {
    env: environmentMap(env, scopeWhereUsed),
    infra: {
      name: infra.name,
      infraIdentifier: infra.identifier,
      namespace: infra.namespace,
      releaseName: infra.releaseName,
      connectorRef: infra.connectorRef,
      connector: { ...infra.connector },
      tags: infra.tags,
      infraKey,
    },
    INFRA_KEY: infraKey,
    INFRA_KEY_SHORT_ID: infraKeyShortId,
  };
}

export function environmentMap(env: InfrastructureOutputs['env'], scopeWhereUsed: () => Scope): ScopeMap {
  const { identifier, name, description, type, tags, variables } = env;
  return {
    identifier,
    name,
    description,
    type,
    tags,
    variables: new Lazy(() =>
      variableMap(variables, `environment ${identifier} variables`, scopeWhereUsed()),
    ),
  };
}

function stageMap(about: ExpressionFacts, stage: GraphNode): ScopeMap {
  const spec = described(stage.spec);
  const scope = (): Scope => joinScopes(scopeOf(stageRoots(about, stage)), pipelineScope(about));
  const status = statusOf(about.graph, about.state, stage.id);
  const resolved = resolvedOf(about, stage);
  return {
    identifier: stage.identifier,
    name: stage.name,
    description: spec.description,
    type: stage.type ?? '',
    tags: spec.tags,
    delegateSelectors: spec.delegateSelectors,
    variables: new Lazy(() => variableMap(spec.variables, `${stage.place}.variables`, scope())),
    status,
    currentStatus: status,
    liveStatus: status,
    startTs: about.state.nodes[stage.id]?.startedAt ?? null,
    endTs: about.state.nodes[stage.id]?.endedAt ?? null,
    executionUrl: executionUrl(about),
    spec: {
      execution: new Lazy(() => executionMap(about, stage)),
      ...serviceRoots(resolved.service, scope),
      ...infrastructureRoots(resolved.infrastructure, scope),
    },
  };
}

function executionMap(about: ExpressionFacts, stage: GraphNode): ScopeMap {
  return {
    steps: stepsMap(about, stage.children),
    rollbackSteps:
      stage.rollback === undefined ? {} : stepsMap(about, nodeOf(about.graph, stage.rollback).children),
  };
}

/** Steps by identifier; groups hold theirs one level deeper. */
function stepsMap(about: ExpressionFacts, ids: readonly string[]): ScopeMap {
  const entries = ids
    .map((id) => nodeOf(about.graph, id))
    .filter((node) => node.kind === 'step' || node.kind === 'step-group')
    .map((node) => [node.identifier, new Lazy(() => stepMap(about, node))] as const);
  return Object.fromEntries(entries);
}

function stepMap(about: ExpressionFacts, node: GraphNode): ScopeMap {
  const own = about.state.nodes[node.id];
  const status = statusOf(about.graph, about.state, node.id);
  if (node.kind === 'step-group')
    return { identifier: node.identifier, name: node.name, status, steps: stepsMap(about, node.children) };
  return {
    identifier: node.identifier,
    name: node.name,
    type: node.type ?? '',
    status,
    currentStatus: status,
    retryCount: own?.retryCount ?? 0,
    startTs: own?.startedAt ?? null,
    endTs: own?.endedAt ?? null,
    delegateSelectors: [...node.delegateSelectors],
    spec: new Lazy(() => asTemplates(toData(node.spec), `${node.place}.spec`, nodeScope(about, node))),
    ...(own?.outputs === undefined ? {} : { output: outputOf(node, own) }),
  };
}

type OwnState = NonNullable<ExecutionState['nodes'][string]>;

/** Outputs come from outside: what they hold is data, even when it looks like an expression. Secret ones stay references. */
function outputOf(node: GraphNode, { outputs = {}, secretOutputs = [], taskId }: OwnState): ScopeValue {
  const secrets = new Set(secretOutputs);
  const values = Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      secrets.has(name)
        ? new DeferredText([{ kind: 'secret', ref: outputHandle(taskId ?? '', name) }])
        : toData(value),
    ]),
  );
  const kind = stepKinds.find(({ type }) => type === node.type);
  const namesItsOwn = kind?.outputs.some(({ name }) => name === 'outputVariables') ?? false;
  return namesItsOwn ? { outputVariables: values } : values;
}

/** The handle by which a later task asks for a secret output. */
const outputHandle = (taskId: string, name: string): string => `task/${taskId}:${name}`;

/** Whether a reference is the handle of a secret output already, and not one that a document could write. */
export const isOutputHandle = (reference: string): boolean => reference.startsWith('task/');

/** Variables by name. What the author wrote is resolved when it is asked for; a secret stays a reference. */
export function variableMap(variables: readonly Variable[], place: string, scope: Scope): ScopeMap {
  return Object.fromEntries(
    variables.map((variable) => [variable.name, variableValue(variable, `${place}.${variable.name}`, scope)]),
  );
}

function variableValue(
  { type, value, default: fallback }: Variable,
  place: string,
  scope: Scope,
): ScopeValue {
  const given = value === undefined || value === '' ? (fallback ?? value ?? null) : value;
  if (typeof given !== 'string') return given;
  if (type === 'Secret' && !given.includes('<+') && given !== '') return new Lazy(() => secretValue(given));
  if (type === 'Number' && given.trim() !== '' && Number.isFinite(Number(given))) return Number(given);
  return asTemplates(given, place, scope);
}

// The compiler puts exactly this there.
const described = (spec: unknown): DescribedSpec => spec as DescribedSpec;

/** JSON that was parsed or received is plain data; expressions refuse anything else when they meet it. */
const toData = (value: unknown): ScopeValue => value as ScopeValue;
