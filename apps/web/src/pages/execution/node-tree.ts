import type { Cause, ExecutionNode, ExecutionView, Failure } from '@slipway/contracts';
import { hasEnded, statusTone } from '../../components/execution-status.ts';

export interface TreeRow {
  readonly node: ExecutionNode;
  readonly depth: number;
}

/** A stage's nodes in the order they run, children below their parent; the stage itself is the heading. */
export function rowsOf(stage: ExecutionNode): TreeRow[] {
  const walk = (nodes: readonly ExecutionNode[], depth: number): TreeRow[] =>
    nodes.flatMap((node) => [{ node, depth }, ...walk(node.children, depth + 1)]);
  return walk(stage.children, 0);
}

export const allNodes = (view: Pick<ExecutionView, 'nodes'>): ExecutionNode[] =>
  view.nodes.flatMap((stage) => [stage, ...rowsOf(stage).map((row) => row.node)]);

export const findNode = (view: Pick<ExecutionView, 'nodes'>, id: string | null): ExecutionNode | undefined =>
  allNodes(view).find((node) => node.node === id);

const leaves = (nodes: readonly ExecutionNode[]): ExecutionNode[] =>
  nodes.flatMap((node) => (node.children.length === 0 ? [node] : leaves(node.children)));

/**
 * The node a person most likely wants to see: what failed, else what runs, else what ended last, else the first.
 * While a rollback runs it stays at what failed.
 */
export function mostTelling(nodes: readonly ExecutionNode[]): ExecutionNode | undefined {
  const all = leaves(nodes);
  const failed = all.find((node) => node.failure !== undefined || statusTone(node.status) === 'fail');
  const steps = all.filter((node) => node.kind === 'step');
  return (
    failed ??
    steps.find((node) => !hasEnded(node.status) && node.status !== 'NOT_STARTED') ??
    all.find((node) => !hasEnded(node.status) && node.status !== 'NOT_STARTED') ??
    steps.findLast((node) => hasEnded(node.status) && node.status !== 'SKIPPED') ??
    steps[0] ??
    all[0]
  );
}

export interface Trouble {
  readonly node: ExecutionNode | null;
  readonly failure: Failure | null;
  /** Seen so far, the fatal ones first; also while the step still runs. */
  readonly causes: readonly Cause[];
}

const fatalFirst = (causes: readonly Cause[]): Cause[] =>
  causes.toSorted((a, b) => (a.severity === b.severity ? 0 : a.severity === 'fatal' ? -1 : 1));

function troubleAt(node: ExecutionNode): Trouble | null {
  if (node.failure !== undefined) {
    const causes = node.failure.causes.length > 0 ? node.failure.causes : (node.progress?.causes ?? []);
    return { node, failure: node.failure, causes: fatalFirst(causes) };
  }
  const seen = node.progress?.causes ?? [];
  if (seen.length > 0 && !hasEnded(node.status)) return { node, failure: null, causes: fatalFirst(seen) };
  return null;
}

/** What is wrong, for the panel at the top: the first node that failed, else causes of what still runs. */
export function troubleOf(view: Pick<ExecutionView, 'nodes' | 'failure'>): Trouble | null {
  const troubles = leaves(view.nodes).flatMap((node) => troubleAt(node) ?? []);
  const found = troubles.find((trouble) => trouble.failure !== null) ?? troubles[0];
  if (found !== undefined) return found;
  if (view.failure === undefined) return null;
  return { node: null, failure: view.failure, causes: fatalFirst(view.failure.causes) };
}
