import { Checkbox, Select, TextInput } from '@mantine/core';
import { defaultReleaseName } from '@slipway/contracts';
import { NameField } from './NameField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const root = 'infrastructureDefinition';
const namespace = [root, 'spec', 'namespace'] as const;
const releaseName = [root, 'spec', 'releaseName'] as const;
const simultaneous = [root, 'allowSimultaneousDeployments'] as const;

/** Namespace and release name; the cluster, too, where it is not chosen elsewhere. */
export function InfrastructureForm({
  form,
  saved,
  connectors,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  connectors?: readonly { value: string; label: string }[];
  nameError?: string | undefined;
}) {
  return (
    <div className={classes.fields}>
      {connectors !== undefined && (
        <Select
          label="Cluster"
          description="The connector that reaches it"
          data={[...connectors]}
          value={form.readText([root, 'spec', 'connectorRef']) || null}
          error={form.errorAt([root, 'spec', 'connectorRef'])}
          onChange={(value) => value !== null && form.write([root, 'spec', 'connectorRef'], value)}
        />
      )}
      <TextInput
        label="Namespace"
        description="Objects that name none go there. The connector's rights in it are checked when this is saved."
        value={form.readText(namespace)}
        error={form.errorAt(namespace)}
        spellCheck={false}
        onChange={(event) => form.write(namespace, event.currentTarget.value)}
      />
      <TextInput
        label="Release name"
        description={
          <>
            Put on every object and pod as the label <code>slipway.dev/release-name</code>; it belongs to one
            service here.{' '}
            {form.readText(releaseName) === defaultReleaseName &&
              'This expression gives each service and infrastructure its own.'}
          </>
        }
        classNames={{ input: 'mono' }}
        value={form.readText(releaseName)}
        error={form.errorAt(releaseName)}
        spellCheck={false}
        onChange={(event) => form.write(releaseName, event.currentTarget.value)}
      />
      <NameField form={form} root={root} saved={saved} error={nameError} />
      <Checkbox
        label="Allow simultaneous deployments"
        description="Otherwise the deployments of one service queue here, one after the other."
        checked={form.read(simultaneous) === true}
        onChange={(event) => form.write(simultaneous, event.currentTarget.checked ? true : undefined)}
      />
    </div>
  );
}
