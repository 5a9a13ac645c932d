import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';
import { useProject } from '../hooks/use-project.ts';
import { InfrastructureForm } from './InfrastructureForm.tsx';
import { referenceTo } from './SecretField.tsx';
import type { DocumentForm } from './use-document-form.ts';

/** With the choice of the connector, for where no step before it has chosen one. */
export function InfrastructureFormWithCluster(props: {
  form: DocumentForm;
  saved: boolean;
  nameError: string | undefined;
}) {
  const project = useProject();
  const connectors =
    useQuery(queries.entities(project, 'connector', { limit: 200, includeParents: 'true' })).data?.items ??
    [];
  return (
    <InfrastructureForm
      {...props}
      connectors={connectors.map((connector) => ({
        value: referenceTo(connector, project),
        label: connector.name,
      }))}
    />
  );
}
