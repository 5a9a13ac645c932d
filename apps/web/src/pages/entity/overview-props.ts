import type { EntityView } from '@slipway/contracts';
import type { ScopeRef } from '../../api/operations.ts';

export interface OverviewProps {
  readonly scope: ScopeRef;
  readonly entity: EntityView;
}
