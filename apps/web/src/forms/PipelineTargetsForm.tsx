import { Select } from '@mantine/core';
import type { EntityKind } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';
import { useProject } from '../hooks/use-project.ts';
import { NameField } from './NameField.tsx';
import { referenceTo } from './SecretField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const stage = ['pipeline', 'stages', 0, 'stage', 'spec'] as const;
const service = [...stage, 'service', 'serviceRef'] as const;
const environment = [...stage, 'environment', 'environmentRef'] as const;
const infrastructure = [...stage, 'environment', 'infrastructureDefinitions', 0, 'identifier'] as const;

function useChoices(kind: EntityKind, within?: string) {
  const project = useProject();
  const page = useQuery({
    ...queries.entities(
      project,
      kind,
      { limit: 200, ...(kind === 'infrastructure' ? {} : { includeParents: 'true' as const }) },
      within,
    ),
    enabled: kind !== 'infrastructure' || (within !== undefined && within !== ''),
  });
  return (page.data?.items ?? []).map((item) => ({
    value: kind === 'infrastructure' ? item.identifier : referenceTo(item, project),
    label: item.name,
  }));
}

/** What a new pipeline deploys and where; everything else of it is in its YAML. */
export function PipelineTargetsForm({
  form,
  saved,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  nameError: string | undefined;
}) {
  const chosenEnvironment = form.readText(environment);
  const services = useChoices('service');
  const environments = useChoices('environment');
  const infrastructures = useChoices('infrastructure', chosenEnvironment);
  return (
    <div className={classes.fields}>
      <NameField form={form} root="pipeline" saved={saved} error={nameError} />
      <Select
        label="Service"
        placeholder="What is deployed"
        searchable
        data={services}
        value={form.readText(service) || null}
        error={form.errorAt(service)}
        onChange={(value) => value !== null && form.write(service, value)}
      />
      <Select
        label="Environment"
        placeholder="Where"
        searchable
        data={environments}
        value={chosenEnvironment || null}
        error={form.errorAt(environment)}
        onChange={(value) =>
          value !== null &&
          form.writeAll([
            [environment, value],
            [infrastructure, ''],
          ])
        }
      />
      <Select
        label="Infrastructure definition"
        placeholder={
          chosenEnvironment === '' ? 'Choose an environment first' : 'In which cluster and namespace'
        }
        disabled={chosenEnvironment === ''}
        data={infrastructures}
        value={form.readText(infrastructure) || null}
        error={form.errorAt(infrastructure)}
        nothingFoundMessage="This environment has none"
        onChange={(value) => value !== null && form.write(infrastructure, value)}
      />
      <p className={classes.under}>
        It deploys by rolling, and rolls the stage back when anything fails. Steps and further stages are in
        the YAML.
      </p>
    </div>
  );
}
