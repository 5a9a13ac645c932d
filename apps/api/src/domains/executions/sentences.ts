import type { Failure, Status, WaitingFor } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { ExecutionState, Graph, GraphNode, NodeState } from '@slipway/pipeline-core';
import { actionFor, isLeaf, nodeOf, subtree } from '@slipway/pipeline-core';

/** What is known of a node besides the state: its task's progress, why no delegate takes it, its place in a queue. */
export interface NodeDetails {
  readonly sentence?: string;
  readonly taskCreatedAt?: number;
  /** Tags that the task's delegate must have, with their expressions resolved. */
  readonly selectors?: readonly string[];
  readonly delegates?: NonNullable<WaitingFor['delegates']>;
  readonly queue?: NonNullable<WaitingFor['queue']>;
}
export type DetailsByNode = ReadonlyMap<string, NodeDetails>;

export const noDetails: DetailsByNode = new Map();

const iso = (at: number): string => new Date(at).toISOString();

/** What a live leaf waits for, since when, until when, and who can unblock it; nothing for nodes that wait for nothing. */
export function waitingFor(
  graph: Graph,
  node: GraphNode,
  state: NodeState,
  details: NodeDetails = {},
): WaitingFor | undefined {
  if (!isLeaf(node) || isTerminal(state.status)) return undefined;
  const until = state.retryAt ?? state.deadlineAt;
  const common = { since: iso(state.startedAt), ...(until === undefined ? {} : { until: iso(until) }) };
  switch (state.status) {
    case 'TASK_WAITING':
      return { ...common, ...waitingForDelegate(node, details) };
    case 'RESOURCE_WAITING':
      return { ...common, ...waitingForTurn(details) };
    case 'TIMED_WAITING':
      return { ...common, what: retrySentence(graph, node, state) };
    case 'DISCONTINUING':
      return {
        ...common,
        what: `Waiting for ${delegateName(state)} to stop ${node.name}`,
        unblockedBy: 'The delegate, or the end of its lease when it does not answer',
      };
    default:
      return { ...common, what: runningSentence(node, state, details) };
  }
}

function waitingForDelegate(
  node: GraphNode,
  { delegates, taskCreatedAt, selectors = node.delegateSelectors }: NodeDetails,
): Omit<WaitingFor, 'since'> & { since?: string } {
  const since = taskCreatedAt === undefined ? {} : { since: iso(taskCreatedAt) };
  if (delegates === undefined || delegates.some((delegate) => delegate.eligible)) {
    return {
      ...since,
      what: `Waiting for a delegate to take ${node.name}`,
      unblockedBy: 'A delegate with room for another task',
    };
  }
  const wanted = selectors.length === 0 ? '' : ` with ${tagList(selectors)}`;
  const why =
    delegates.length === 0
      ? 'none is installed'
      : delegates.length === 1
        ? lowerFirst(delegates[0]?.reason ?? '')
        : `none of ${delegates.length} fits`;
  return {
    ...since,
    what: `Waiting for a delegate${wanted}: ${why}`,
    unblockedBy: 'Whoever can start or install a delegate',
    delegates,
  };
}

const tagList = (tags: readonly string[]): string =>
  tags.length === 1 ? `the tag ${tags[0]}` : `the tags ${tags.join(', ')}`;

const lowerFirst = (text: string): string =>
  (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');

function waitingForTurn({ queue }: NodeDetails): Omit<WaitingFor, 'since'> {
  const unblockedBy = 'The end of the deployments before it';
  const [first] = queue ?? [];
  if (queue === undefined || first === undefined)
    return { what: 'Waiting for its turn to deploy', unblockedBy };
  const others = queue.length === 1 ? '' : ` and ${queue.length - 1} more`;
  return {
    what: `Waiting for its turn to deploy: after ${first.pipeline} #${first.sequence}${others}`,
    unblockedBy,
    queue,
  };
}

function retrySentence(graph: Graph, node: GraphNode, state: NodeState): string {
  const action = state.failure === undefined ? undefined : actionFor(graph, node.id, state.failure);
  const total =
    action !== undefined && action !== 'stop' && action.type === 'Retry' ? ` of ${action.retryCount}` : '';
  const after = state.failure === undefined ? '' : ` after: ${titleOf(state.failure)}`;
  return `Waiting to try ${node.name} again (retry ${state.retryCount + 1}${total})${after}`;
}

function runningSentence(node: GraphNode, state: NodeState, { sentence }: NodeDetails): string {
  if (sentence !== undefined && sentence !== '') return sentence;
  if (node.kind === 'service') return 'Loading the service';
  if (node.kind === 'infrastructure') return 'Loading the infrastructure';
  return state.taskId === undefined
    ? `Preparing ${node.name}`
    : `Running ${node.name} on ${delegateName(state)}`;
}

const delegateName = (state: NodeState): string =>
  state.delegate === undefined ? 'its delegate' : `delegate ${state.delegate.name}`;

/** The line that says it all: the first cause when there is one. */
export const titleOf = (failure: Failure): string => failure.causes[0]?.title ?? failure.message;

export interface HeadlineFacts {
  readonly graph: Graph;
  readonly state: ExecutionState;
  readonly services: readonly string[];
  readonly environments: readonly string[];
  readonly details: DetailsByNode;
}

/** One sentence on how an execution stands, for the console's first line. */
export function headline(facts: HeadlineFacts): string {
  const { graph, state } = facts;
  if (isTerminal(state.status)) return endSentence(facts, state.status);
  const live = graph.stages
    .flatMap((stage) => subtree(graph, stage))
    .filter((node) => isLeaf(node) && isLiveStatus(state.nodes[node.id]?.status));
  const [first] = live;
  const own = first === undefined ? undefined : state.nodes[first.id];
  if (first === undefined || own === undefined) return 'Starting';
  const what = waitingFor(graph, first, own, facts.details.get(first.id))?.what ?? `Running ${first.name}`;
  if (state.status === 'DISCONTINUING')
    return state.ending?.status === 'ABORTED' ? `Aborting: ${lowerFirst(what)}` : what;
  const rollback = rollingBackStage(facts);
  if (rollback !== undefined) {
    const cause = state.failure === undefined ? '' : `: ${titleOf(state.failure.failure)}`;
    return `Rolling back ${rollback.name}${cause}`;
  }
  return what;
}

function rollingBackStage({ graph, state }: HeadlineFacts): GraphNode | undefined {
  const id = graph.stages.find((stage) => {
    const { rollback } = nodeOf(graph, stage);
    return rollback !== undefined && isLiveStatus(state.nodes[rollback]?.status);
  });
  return id === undefined ? undefined : nodeOf(graph, id);
}

const isLiveStatus = (status: Status | undefined): boolean => status !== undefined && !isTerminal(status);

function endSentence({ graph, state, services, environments }: HeadlineFacts, status: Status): string {
  if (status === 'SUCCEEDED') {
    const deployed = Object.values(graph.nodes).some(
      (node) => node.type === 'K8sRollingDeploy' && state.nodes[node.id]?.status === 'SUCCEEDED',
    );
    if (!deployed || services.length === 0) return 'Succeeded';
    const where = environments.length === 0 ? '' : ` to ${environments.join(', ')}`;
    return `Deployed ${services.join(', ')}${where}`;
  }
  const cause = state.failure === undefined ? undefined : titleOf(state.failure.failure);
  if (status === 'ABORTED')
    return state.abortedBy === undefined
      ? `Aborted: ${cause ?? 'a step failed'}`
      : `Aborted by ${state.abortedBy}`;
  return cause ?? 'Failed';
}
