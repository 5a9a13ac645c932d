import { TextInput } from '@mantine/core';
import { ChoiceCards } from '../ui/ChoiceCards.tsx';
import { NameField } from './NameField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const types = [
  {
    value: 'PreProduction',
    title: 'Pre-Production',
    description: 'Development, test, staging: nobody outside depends on it.',
  },
  { value: 'Production', title: 'Production', description: 'Users depend on it.' },
] as const;

export function EnvironmentForm({
  form,
  saved,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  nameError?: string | undefined;
}) {
  const type = form.readText(['environment', 'type']) === 'Production' ? 'Production' : 'PreProduction';
  return (
    <div className={classes.fields}>
      <NameField form={form} root="environment" saved={saved} error={nameError} />
      <ChoiceCards
        label="Type"
        choices={types}
        value={type}
        onChange={(next) => form.write(['environment', 'type'], next)}
      />
      <TextInput
        label="Description"
        description="Optional"
        value={form.readText(['environment', 'description'])}
        onChange={(event) =>
          form.write(
            ['environment', 'description'],
            event.currentTarget.value === '' ? undefined : event.currentTarget.value,
          )
        }
      />
    </div>
  );
}
