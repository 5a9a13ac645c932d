import type { ErrorType } from '@slipway/contracts';

/** Identifier path of a node, such as `deploy.rollout`. Nodes that the user did not write carry a `$`: `deploy.$service`. */
export type NodeId = string;

export const nodeKinds = [
  'stage',
  'service',
  'infrastructure',
  'queue',
  'step',
  'step-group',
  'parallel',
  'rollback',
] as const;
export type NodeKind = (typeof nodeKinds)[number];

export type LastResort = 'Abort' | 'StageRollback' | 'Ignore';

/** What to do about a failure. Retry intervals are milliseconds, used in order; the last one repeats. */
export type FailureAction =
  | { readonly type: LastResort }
  | {
      readonly type: 'Retry';
      readonly retryCount: number;
      readonly intervalsMs: readonly number[];
      readonly lastly: LastResort;
    };

export interface FailureRule {
  readonly errors: readonly ErrorType[];
  readonly action: FailureAction;
}

export interface GraphNode {
  readonly id: NodeId;
  readonly identifier: string;
  readonly name: string;
  readonly kind: NodeKind;
  /** Of a step: `K8sRollingDeploy`; of a stage: `Deployment`. */
  readonly type?: string;
  readonly parent?: NodeId;
  readonly mode: 'sequential' | 'parallel';
  readonly children: readonly NodeId[];
  /** Of a stage or group: the container of its rollback steps. It is not among `children`. */
  readonly rollback?: NodeId;
  /** Milliseconds from the begin of each attempt. */
  readonly timeoutMs?: number;
  /** A timeout written with an expression; whoever prepares the step resolves it. */
  readonly timeoutText?: string;
  readonly failureRules: readonly FailureRule[];
  readonly delegateSelectors: readonly string[];
  /** What the document says of it, with its expressions: a step's `spec`, a service's reference. */
  readonly spec?: unknown;
  /** Where it stands in the document: `stages.deploy.spec.execution.steps.rollout`. */
  readonly place: string;
}

/** What an execution walks. Compiled once, stored, never changed. */
export interface Graph {
  readonly pipeline: {
    readonly identifier: string;
    readonly name: string;
    /** What the document says of the pipeline as a whole, with its expressions. */
    readonly spec?: unknown;
  };
  readonly stages: readonly NodeId[];
  readonly timeoutMs: number;
  readonly nodes: Readonly<Record<NodeId, GraphNode>>;
}

const leafKinds: ReadonlySet<NodeKind> = new Set(['service', 'infrastructure', 'queue', 'step']);

/** Whether a node does something itself, instead of holding others. */
export const isLeaf = (node: GraphNode): boolean => leafKinds.has(node.kind);

/** The node of an id that the graph itself names. */
export function nodeOf(graph: Graph, id: NodeId): GraphNode {
  const node = graph.nodes[id];
  if (node === undefined)
    throw new Error(`The graph has no node ${id}; graphs are only made by the compiler.`);
  return node;
}

/** The node and what holds it, up to the stage. */
export function lineage(graph: Graph, id: NodeId): GraphNode[] {
  const line: GraphNode[] = [];
  for (let next: NodeId | undefined = id; next !== undefined;) {
    const node: GraphNode = nodeOf(graph, next);
    line.push(node);
    next = node.parent;
  }
  return line;
}

/** The stage that holds a node. */
export function stageOf(graph: Graph, id: NodeId): GraphNode {
  return lineage(graph, id).at(-1) ?? nodeOf(graph, id);
}

/** What a node holds directly: its children, then its rollback container. */
export function partsOf(node: GraphNode): NodeId[] {
  return node.rollback === undefined ? [...node.children] : [...node.children, node.rollback];
}

/** The node and everything in it, outermost first. */
export function subtree(graph: Graph, id: NodeId): GraphNode[] {
  const node = nodeOf(graph, id);
  return [node, ...partsOf(node).flatMap((part) => subtree(graph, part))];
}
