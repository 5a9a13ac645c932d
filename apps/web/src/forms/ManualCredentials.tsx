import { TextInput } from '@mantine/core';
import { ChoiceCards } from '../ui/ChoiceCards.tsx';
import { SecretField } from './SecretField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const spec = ['connector', 'spec', 'credential', 'spec'] as const;
const auth = [...spec, 'auth'] as const;

const kinds = [
  {
    value: 'ServiceAccount',
    title: 'Service-account token',
    description: 'A token of an account in the cluster.',
  },
  {
    value: 'ClientKeyCert',
    title: 'Client certificate',
    description: 'A certificate that the API server trusts, with its key.',
  },
] as const;

function AuthSecret({
  form,
  name,
  label,
  description,
  optional = false,
}: {
  form: DocumentForm;
  name: string;
  label: string;
  description: string;
  optional?: boolean;
}) {
  const path = [...auth, 'spec', name];
  return (
    <SecretField
      label={label}
      description={description}
      optional={optional}
      value={form.readText(path)}
      error={form.errorAt(path)}
      onChange={(reference) => form.write(path, reference)}
    />
  );
}

/** Address of the API server, and what to sign in with. */
export function ManualCredentials({ form }: { form: DocumentForm }) {
  const kind = form.readText([...auth, 'type']) === 'ClientKeyCert' ? 'ClientKeyCert' : 'ServiceAccount';
  return (
    <div className={classes.fields}>
      <TextInput
        label="Address of the API server"
        placeholder="https://host:6443"
        value={form.readText([...spec, 'masterUrl'])}
        error={form.errorAt([...spec, 'masterUrl'])}
        spellCheck={false}
        inputMode="url"
        onChange={(event) => form.write([...spec, 'masterUrl'], event.currentTarget.value)}
      />
      <ChoiceCards
        label="Signs in with"
        choices={kinds}
        value={kind}
        onChange={(next) => form.write(auth, { type: next, spec: {} })}
      />
      {kind === 'ServiceAccount' ? (
        <AuthSecret
          form={form}
          name="serviceAccountTokenRef"
          label="Service-account token"
          description="The token itself, not its base64."
        />
      ) : (
        <>
          <AuthSecret
            form={form}
            name="clientCertRef"
            label="Client certificate"
            description="PEM, or base64 of it."
          />
          <AuthSecret
            form={form}
            name="clientKeyRef"
            label="Client key"
            description="PEM, or base64 of it."
          />
          <AuthSecret
            form={form}
            name="clientKeyPassphraseRef"
            label="Passphrase of the key"
            description="Only where the key is encrypted."
            optional
          />
        </>
      )}
      <AuthSecret
        form={form}
        name="caCertRef"
        label="CA certificate"
        description="Of the API server, where no public authority signed it."
        optional
      />
    </div>
  );
}
