import type { EntityView } from '@slipway/contracts';
import type { ScopeRef } from '../../api/operations.ts';
import { ConnectorEditor } from '../../components/ConnectorEditor.tsx';
import { EntityEditor } from '../../components/EntityEditor.tsx';
import { entityForms } from '../../forms/entity-forms.tsx';

/** A saved entity as form and YAML. A pipeline is edited as YAML alone: its form shows only part of it. */
export function EntityEditTab({
  scope,
  environment,
  entity,
  onSaved,
}: {
  scope: ScopeRef;
  environment: string | undefined;
  entity: EntityView;
  onSaved: () => void;
}) {
  const common = { scope, environment, entity, initialText: entity.yaml, onSaved };
  if (entity.kind === 'connector') return <ConnectorEditor {...common} />;
  const form = entity.kind === 'pipeline' ? {} : { form: entityForms[entity.kind] };
  return <EntityEditor {...common} {...form} kind={entity.kind} />;
}
