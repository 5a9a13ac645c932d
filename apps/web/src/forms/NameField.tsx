import { TextInput } from '@mantine/core';
import { identifierFromName } from '@slipway/contracts';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

/** The name, with the identifier it gives; once saved, the identifier stays. */
export function NameField({
  form,
  root,
  saved,
  error,
}: {
  form: DocumentForm;
  root: string;
  saved: boolean;
  error?: string | undefined;
}) {
  const identifier = form.readText([root, 'identifier']);
  const problem = error ?? form.errorAt([root, 'name']) ?? form.errorAt([root, 'identifier']);
  return (
    <TextInput
      label="Name"
      value={form.readText([root, 'name'])}
      error={problem}
      autoComplete="off"
      spellCheck={false}
      rightSectionWidth="auto"
      rightSectionPointerEvents="none"
      rightSection={
        <span className={classes.identifier}>
          <span className="visually-hidden">identifier </span>
          {identifier}
        </span>
      }
      classNames={{ input: classes.named ?? '' }}
      onChange={(event) => {
        const name = event.currentTarget.value;
        form.writeAll([
          [[root, 'name'], name],
          ...(saved
            ? []
            : [[[root, 'identifier'], name.trim() === '' ? '' : identifierFromName(name)] as const]),
        ]);
      }}
    />
  );
}
