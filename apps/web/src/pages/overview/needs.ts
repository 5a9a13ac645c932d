import type { DelegateView, EntitySummary, ExecutionSummary } from '@slipway/contracts';
import { statusTone } from '../../components/execution-status.ts';

export type Need =
  | { readonly kind: 'execution'; readonly execution: ExecutionSummary }
  | { readonly kind: 'delegate'; readonly delegate: DelegateView }
  | { readonly kind: 'connector'; readonly connector: EntitySummary };

/** What a person should look at: pipelines whose last run failed, delegates that are away, connectors that do not work. */
export function needsOf(
  executions: readonly ExecutionSummary[],
  delegates: readonly DelegateView[],
  connectors: readonly EntitySummary[],
): Need[] {
  const latest = new Map<string, ExecutionSummary>();
  for (const execution of executions) {
    if (!latest.has(execution.pipeline.identifier)) latest.set(execution.pipeline.identifier, execution);
  }
  return [
    ...[...latest.values()].flatMap((execution): Need[] =>
      statusTone(execution.status) === 'fail' ? [{ kind: 'execution', execution }] : [],
    ),
    ...delegates.flatMap((delegate): Need[] => (delegate.connected ? [] : [{ kind: 'delegate', delegate }])),
    ...connectors.flatMap((connector): Need[] =>
      connector.connectivity?.status === 'FAILURE' ? [{ kind: 'connector', connector }] : [],
    ),
  ];
}
