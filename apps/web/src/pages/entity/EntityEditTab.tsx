import type { EntityView } from '@slipway/contracts';
import type { ScopeRef } from '../../api/operations.ts';
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
  return (
    <EntityEditor
      scope={scope}
      kind={entity.kind}
      environment={environment}
      entity={entity}
      initialText={entity.yaml}
      {...(entity.kind === 'pipeline' ? {} : { form: entityForms[entity.kind] })}
      onSaved={onSaved}
    />
  );
}
