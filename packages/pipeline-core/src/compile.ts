import type { DeploymentStage, FailureStrategy, Pipeline, Step, Variable } from '@slipway/contracts';
import { hasExpression, parseDuration } from '@slipway/contracts';
import type { FailureAction, FailureRule, Graph, GraphNode, NodeId } from './graph.ts';

export const defaultPipelineTimeoutMs = 35 * 86_400_000;
export const defaultStepTimeoutMs = 600_000;

export interface CompileOptions {
  /** Run these stages only, in the order of the document; all of them when absent. */
  readonly onlyStages?: readonly string[];
  /**
   * Milliseconds of a duration that is written with an expression, of what must be known before anything runs (timeouts of
   * pipeline and stage, retry intervals). A sentence when it cannot be had.
   */
  readonly resolveDuration: (text: string, place: string) => number | { readonly problem: string };
}

export interface CompileProblem {
  readonly place: string;
  readonly message: string;
}

export type Compiled =
  | { readonly kind: 'graph'; readonly graph: Graph }
  | { readonly kind: 'problems'; readonly problems: readonly CompileProblem[] };

/** What a stage's internal nodes know of the document. */
export interface ServiceNodeSpec {
  readonly serviceRef: string;
}
export interface InfrastructureNodeSpec {
  readonly environmentRef: string;
  readonly infrastructure: string;
}

/** A checked pipeline document as the graph that an execution of it walks. */
export function compile(pipeline: Pipeline, options: CompileOptions): Compiled {
  const compiler = createCompiler(options);
  const wanted = options.onlyStages;
  for (const name of wanted ?? []) {
    if (!pipeline.stages.some(({ stage }) => stage.identifier === name)) {
      compiler.problems.push({ place: 'stages', message: `The pipeline has no stage ${name}.` });
    }
  }
  const stages = pipeline.stages
    .map(({ stage }) => stage)
    .filter((stage) => wanted === undefined || wanted.includes(stage.identifier));
  if (stages.length === 0) compiler.problems.push({ place: 'stages', message: 'No stage is left to run.' });
  for (const stage of stages) compileStage(compiler, stage, pipeline.delegateSelectors ?? []);
  const timeoutMs = compiler.duration(pipeline.timeout, 'timeout') ?? defaultPipelineTimeoutMs;
  if (compiler.problems.length > 0) return { kind: 'problems', problems: compiler.problems };
  const graph: Graph = {
    pipeline: { identifier: pipeline.identifier, name: pipeline.name, spec: describedSpec(pipeline) },
    stages: stages.map((stage) => stage.identifier),
    timeoutMs,
    nodes: compiler.nodes,
  };
  return { kind: 'graph', graph };
}

/** The part of a pipeline or stage that expressions read. */
export interface DescribedSpec {
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly variables: readonly Variable[];
  readonly delegateSelectors: readonly string[];
}

const describedSpec = ({
  description,
  tags,
  variables,
  delegateSelectors,
}: Pipeline | DeploymentStage): DescribedSpec => ({
  description: description ?? '',
  tags: tags ?? {},
  variables: variables ?? [],
  delegateSelectors: delegateSelectors ?? [],
});

interface Compiler {
  readonly nodes: Record<NodeId, GraphNode>;
  readonly problems: CompileProblem[];
  readonly duration: (text: string | undefined, place: string) => number | undefined;
}

function createCompiler(options: CompileOptions): Compiler {
  const problems: CompileProblem[] = [];
  const duration = (text: string | undefined, place: string): number | undefined => {
    if (text === undefined) return undefined;
    const resolved = hasExpression(text) ? options.resolveDuration(text, place) : (parseDuration(text) ?? 0);
    if (typeof resolved === 'number') return resolved;
    problems.push({ place, message: resolved.problem });
    return undefined;
  };
  return { nodes: {}, problems, duration };
}

function compileStage(compiler: Compiler, stage: DeploymentStage, outerSelectors: readonly string[]): void {
  const id = stage.identifier;
  const place = `stages.${id}`;
  const selectors = nearest(stage.delegateSelectors, outerSelectors);
  const { steps, rollbackSteps } = stage.spec.execution;
  const stepIds = steps.map(({ step }) =>
    compileStep(compiler, step, { parent: id, stage: id, place: `${place}.spec.execution.steps`, selectors }),
  );
  const rollback = `${id}.$rollback`;
  const rollbackIds = (rollbackSteps ?? []).map(({ step }) =>
    compileStep(compiler, step, {
      parent: rollback,
      stage: id,
      place: `${place}.spec.execution.rollbackSteps`,
      selectors,
    }),
  );
  const timeoutMs = compiler.duration(stage.timeout, `${place}.timeout`);
  const internal = compileInternalNodes(compiler, stage, place);
  compiler.nodes[id] = {
    ...bare(id, id, stage.name, 'stage', place),
    type: stage.type,
    children: [...internal, ...stepIds],
    ...(rollbackIds.length > 0 ? { rollback } : {}),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    failureRules: failureRules(compiler, stage.failureStrategies ?? [], place),
    delegateSelectors: selectors,
    spec: describedSpec(stage),
  };
  if (rollbackIds.length === 0) return;
  compiler.nodes[rollback] = {
    ...bare(rollback, '$rollback', 'Rollback', 'rollback', `${place}.spec.execution.rollbackSteps`),
    parent: id,
    children: rollbackIds,
  };
}

/** The nodes that come before the first step, in the order in which they run. */
function compileInternalNodes(compiler: Compiler, stage: DeploymentStage, place: string): NodeId[] {
  const { service, environment } = stage.spec;
  const infrastructure = environment.infrastructureDefinitions[0]?.identifier ?? '';
  const serviceSpec: ServiceNodeSpec = { serviceRef: service.serviceRef };
  const infrastructureSpec: InfrastructureNodeSpec = {
    environmentRef: environment.environmentRef,
    infrastructure,
  };
  const add = (
    suffix: string,
    kind: 'service' | 'infrastructure' | 'queue',
    name: string,
    at: string,
    spec?: unknown,
  ): NodeId => {
    const id = `${stage.identifier}.$${suffix}`;
    compiler.nodes[id] = {
      ...bare(id, `$${suffix}`, name, kind, at),
      parent: stage.identifier,
      ...(spec === undefined ? {} : { spec }),
    };
    return id;
  };
  return [
    add('service', 'service', named('Service', service.serviceRef), `${place}.spec.service`, serviceSpec),
    add(
      'infrastructure',
      'infrastructure',
      named('Infrastructure', infrastructure),
      `${place}.spec.environment`,
      infrastructureSpec,
    ),
    add('queue', 'queue', 'Deployment queue', `${place}.spec.environment`),
  ];
}

const named = (noun: string, reference: string): string =>
  hasExpression(reference) ? noun : `${noun} ${reference}`;

interface StepContext {
  readonly parent: NodeId;
  readonly stage: NodeId;
  readonly place: string;
  readonly selectors: readonly string[];
}

function compileStep(compiler: Compiler, step: Step, context: StepContext): NodeId {
  const id = `${context.stage}.${step.identifier}`;
  const place = `${context.place}.${step.identifier}`;
  const isLate = step.timeout !== undefined && hasExpression(step.timeout);
  const timeoutMs = isLate ? undefined : compiler.duration(step.timeout, `${place}.timeout`);
  compiler.nodes[id] = {
    ...bare(id, step.identifier, step.name, 'step', place),
    type: step.type,
    parent: context.parent,
    // Until its expression is resolved, a step has the default: nothing runs without a deadline.
    timeoutMs: timeoutMs ?? defaultStepTimeoutMs,
    ...(isLate && step.timeout !== undefined ? { timeoutText: step.timeout } : {}),
    failureRules: failureRules(compiler, step.failureStrategies ?? [], place),
    delegateSelectors: nearest(step.spec.delegateSelectors, context.selectors),
    spec: step.spec,
  };
  return id;
}

const bare = (id: NodeId, identifier: string, name: string, kind: GraphNode['kind'], place: string) =>
  ({
    id,
    identifier,
    name,
    kind,
    place,
    mode: 'sequential',
    children: [],
    failureRules: [],
    delegateSelectors: [],
  }) as const;

/** Selectors of the nearest level that names any. */
function nearest(own: readonly string[] | null | undefined, outer: readonly string[]): readonly string[] {
  return own !== null && own !== undefined && own.length > 0 ? own : outer;
}

function failureRules(
  compiler: Compiler,
  strategies: readonly FailureStrategy[],
  place: string,
): FailureRule[] {
  return strategies.map(({ onFailure }, index) => ({
    errors: onFailure.errors,
    action: failureAction(compiler, onFailure.action, `${place}.failureStrategies[${index}]`),
  }));
}

function failureAction(
  compiler: Compiler,
  action: FailureStrategy['onFailure']['action'],
  place: string,
): FailureAction {
  if (action.type !== 'Retry') return { type: action.type };
  const { retryCount, retryIntervals, onRetryFailure } = action.spec;
  return {
    type: 'Retry',
    retryCount,
    intervalsMs: retryIntervals.map(
      (text, index) => compiler.duration(text, `${place}.retryIntervals[${index}]`) ?? 0,
    ),
    lastly: onRetryFailure.action.type,
  };
}
