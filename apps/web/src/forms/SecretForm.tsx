import { PasswordInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { NameField } from './NameField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const value = ['secret', 'spec', 'value'] as const;

/** Name and value; the value of a saved secret is replaced, never shown. */
export function SecretForm({
  form,
  saved,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  nameError: string | undefined;
}) {
  const [long, setLong] = useState(false);
  const common = {
    label: saved ? 'New value' : 'Value',
    description: saved
      ? 'Left empty, the value stays as it is.'
      : 'Encrypted when it is saved, never shown again.',
    value: form.readText(value),
    autoComplete: 'off',
    spellCheck: false,
  };
  const write = (text: string) => form.write(value, text === '' && saved ? undefined : text);
  return (
    <div className={classes.fields}>
      <NameField form={form} root="secret" saved={saved} error={nameError} />
      <div>
        {long ? (
          <Textarea
            {...common}
            className={classes.mono ?? ''}
            autosize
            minRows={4}
            maxRows={14}
            error={form.errorAt(value)}
            onChange={(event) => write(event.currentTarget.value)}
          />
        ) : (
          <PasswordInput
            {...common}
            error={form.errorAt(value)}
            onChange={(event) => write(event.currentTarget.value)}
          />
        )}
        <p className={classes.under}>
          <button type="button" className="link" onClick={() => setLong(!long)}>
            {long ? 'One line, hidden' : 'Several lines'}
          </button>
        </p>
      </div>
    </div>
  );
}
