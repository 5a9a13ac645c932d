import type { FailureAction, FailureRule, Graph, GraphNode, NodeId, NodeKind } from '../src/index.ts';

/** A piece of a graph as tests write it; `graphOf` makes ids and parents. */
export interface Piece {
  readonly identifier: string;
  readonly kind: NodeKind;
  readonly mode?: 'sequential' | 'parallel';
  readonly timeoutMs?: number;
  readonly rules?: readonly FailureRule[];
  readonly parts?: readonly Piece[];
  readonly rollback?: readonly Piece[];
}

export type PieceOptions = Partial<Omit<Piece, 'identifier' | 'kind'>>;

export const step = (identifier: string, options: PieceOptions = {}): Piece => ({
  identifier,
  kind: 'step',
  timeoutMs: 60_000,
  ...options,
});

export const group = (identifier: string, parts: readonly Piece[], options: PieceOptions = {}): Piece => ({
  identifier,
  kind: 'step-group',
  parts,
  ...options,
});

export const parallel = (identifier: string, parts: readonly Piece[], options: PieceOptions = {}): Piece => ({
  identifier,
  kind: 'parallel',
  mode: 'parallel',
  parts,
  ...options,
});

export const stage = (identifier: string, parts: readonly Piece[], options: PieceOptions = {}): Piece => ({
  identifier,
  kind: 'stage',
  parts,
  ...options,
});

/** The three nodes before the first step of a deployment stage. */
export const preamble: readonly Piece[] = [
  { identifier: '$service', kind: 'service' },
  { identifier: '$infrastructure', kind: 'infrastructure' },
  { identifier: '$queue', kind: 'queue' },
];

export const on = (action: FailureAction, errors: FailureRule['errors'] = ['AllErrors']): FailureRule => ({
  errors,
  action,
});

export function graphOf(stages: readonly Piece[], timeoutMs = 86_400_000): Graph {
  const nodes: Record<NodeId, GraphNode> = {};
  const add = (piece: Piece, prefix: string, parent: NodeId | undefined): NodeId => {
    const id = prefix === '' ? piece.identifier : `${prefix}.${piece.identifier}`;
    const rollback = piece.rollback === undefined ? undefined : `${id}.$rollback`;
    nodes[id] = {
      id,
      identifier: piece.identifier,
      name: piece.identifier,
      kind: piece.kind,
      mode: piece.mode ?? 'sequential',
      children: (piece.parts ?? []).map((part) => add(part, id, id)),
      failureRules: piece.rules ?? [],
      delegateSelectors: [],
      place: id,
      ...(parent === undefined ? {} : { parent }),
      ...(piece.timeoutMs === undefined ? {} : { timeoutMs: piece.timeoutMs }),
      ...(rollback === undefined ? {} : { rollback }),
    };
    if (rollback !== undefined) {
      const container: GraphNode = {
        id: rollback,
        identifier: '$rollback',
        name: 'Rollback',
        kind: 'rollback',
        mode: 'sequential',
        parent: id,
        children: (piece.rollback ?? []).map((part) => add(part, id, rollback)),
        failureRules: [],
        delegateSelectors: [],
        place: rollback,
      };
      nodes[rollback] = container;
    }
    return id;
  };
  const ids = stages.map((piece) => add(piece, '', undefined));
  return { pipeline: { identifier: 'p', name: 'P' }, stages: ids, timeoutMs, nodes };
}
