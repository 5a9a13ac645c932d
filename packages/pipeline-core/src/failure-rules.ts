import type { Failure } from '@slipway/contracts';
import type { FailureAction, FailureRule, Graph, NodeId } from './graph.ts';
import { lineage } from './graph.ts';

/** What follows a failure. `stop` ends the rollback it happened in. */
export type Decision =
  | { readonly type: 'retry'; readonly delayMs: number }
  | { readonly type: 'ignore' }
  | { readonly type: 'abort' }
  | { readonly type: 'rollback' }
  | { readonly type: 'stop' };

const stageDefault: FailureAction = { type: 'StageRollback' };

/**
 * The nearest level whose rules name the error decides (step, group, stage); at one level the first rule. Steps of a rollback do
 * not hear the stage: rolling back because the rollback failed would not end.
 */
export function actionFor(graph: Graph, id: NodeId, failure: Failure): FailureAction | 'stop' {
  for (const level of lineage(graph, id)) {
    if (level.kind === 'rollback') return 'stop';
    const rule = level.failureRules.find((candidate) => matches(candidate, failure));
    if (rule !== undefined) return rule.action;
  }
  return stageDefault;
}

const matches = (rule: FailureRule, failure: Failure): boolean =>
  rule.errors.includes('AllErrors') || rule.errors.includes(failure.errorType);

/** What follows the failure of a node that has been tried again `retryCount` times; containers are not tried again. */
export function decide(
  graph: Graph,
  id: NodeId,
  failure: Failure,
  retryCount: number,
  canRetry: boolean,
): Decision {
  const action = actionFor(graph, id, failure);
  if (action === 'stop') return { type: 'stop' };
  if (action.type !== 'Retry') return lastResort(graph, id, action.type);
  if (canRetry && retryCount < action.retryCount) {
    const delayMs = action.intervalsMs[Math.min(retryCount, action.intervalsMs.length - 1)] ?? 0;
    return { type: 'retry', delayMs };
  }
  return lastResort(graph, id, action.lastly);
}

function lastResort(graph: Graph, id: NodeId, type: 'Abort' | 'StageRollback' | 'Ignore'): Decision {
  if (type === 'Ignore') return { type: 'ignore' };
  if (type === 'Abort') return { type: 'abort' };
  const inRollback = lineage(graph, id).some((node) => node.kind === 'rollback');
  return inRollback ? { type: 'stop' } : { type: 'rollback' };
}

/** One sentence for people: what the failure of this node leads to, for any error that no rule names apart. */
export function describeFailureAction(graph: Graph, id: NodeId): string {
  const line = lineage(graph, id);
  for (const level of line) {
    if (level.kind === 'rollback') return 'Stop the rollback';
    const rule = level.failureRules.find((candidate) => candidate.errors.includes('AllErrors'));
    if (rule !== undefined) return describe(rule.action);
  }
  return describe(stageDefault);
}

const lastResortNames = { Abort: 'Abort', StageRollback: 'Stage rollback', Ignore: 'Ignore' } as const;

function describe(action: FailureAction): string {
  if (action.type !== 'Retry') return lastResortNames[action.type];
  const times = action.retryCount === 1 ? 'once' : `up to ${action.retryCount} times`;
  return `Retry ${times}, then ${lastResortNames[action.lastly].toLowerCase()}`;
}
