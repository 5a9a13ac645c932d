import { Checkbox, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useState } from 'react';
import { queries } from '../api/queries.ts';
import { useProject } from '../hooks/use-project.ts';
import { ChoiceCards } from '../ui/ChoiceCards.tsx';
import { Mark } from '../ui/Mark.tsx';
import { fitWords, matchDelegates } from './delegate-matching.ts';
import { ManualCredentials } from './ManualCredentials.tsx';
import { NameField } from './NameField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const InstallDelegate = lazy(async () => ({
  default: (await import('../components/InstallDelegate.tsx')).InstallDelegate,
}));

const credential = ['connector', 'spec', 'credential'] as const;
const selectors = ['connector', 'spec', 'delegateSelectors'] as const;
const skip = ['connector', 'spec', 'ignoreTestConnection'] as const;

const credentials = [
  {
    value: 'InheritFromDelegate',
    title: 'Those of a delegate',
    description: 'The delegate runs in the cluster, or holds a kubeconfig. Nothing to paste.',
  },
  {
    value: 'ManualConfig',
    title: 'Given here',
    description: 'Address with a service-account token or a client certificate.',
  },
] as const;

const delegateChoices = [
  { value: 'any', title: 'Any delegate', description: 'Whichever is connected and least busy.' },
  {
    value: 'tags',
    title: 'Only with all of these tags',
    description: 'Where only some of them reach the cluster.',
  },
] as const;

const manualDefault = {
  type: 'ManualConfig',
  spec: { masterUrl: '', auth: { type: 'ServiceAccount', spec: {} } },
};

function Delegates({ tags }: { tags: readonly string[] }) {
  const project = useProject();
  const delegates = useQuery(queries.delegates(project, { limit: 200 })).data?.items;
  if (delegates === undefined) return null;
  const matches = matchDelegates(delegates, tags).slice(0, 6);
  if (matches.length === 0) return <p className={classes.under}>No delegate has registered yet.</p>;
  return (
    <ul className={classes.matches} aria-label="Delegates">
      {matches.map(({ delegate, missing, connectedInstances }) => (
        <li key={delegate.name}>
          <Mark tone={missing.length > 0 ? 'none' : connectedInstances > 0 ? 'ok' : 'warn'} />
          <span>{delegate.name}</span>
          <span className="muted">
            {missing.length > 0
              ? `lacks ${missing.join(', ')}`
              : connectedInstances === 0
                ? 'not connected'
                : `${connectedInstances} connected`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function DelegateTags({ form }: { form: DocumentForm }) {
  const project = useProject();
  const delegates = useQuery(queries.delegates(project, { limit: 200 })).data?.items ?? [];
  const value = form.read(selectors);
  const tags = Array.isArray(value) ? value.filter((tag): tag is string => typeof tag === 'string') : [];
  const known = [...new Set(delegates.flatMap((delegate) => [delegate.name, ...delegate.tags]))];
  return (
    <div>
      <TagsInput
        label="Delegates that have all of these tags"
        placeholder={tags.length === 0 ? 'Name or tag of a delegate' : ''}
        data={known.filter((tag) => !tags.includes(tag))}
        value={tags}
        error={form.errorAt(selectors)}
        rightSectionWidth="auto"
        rightSectionPointerEvents="none"
        rightSection={
          <span className={classes.fits}>{tags.length > 0 && fitWords(matchDelegates(delegates, tags))}</span>
        }
        onChange={(next) => form.write(selectors, next)}
        splitChars={[',', ' ']}
        acceptValueOnBlur
      />
      <Delegates tags={tags} />
    </div>
  );
}

/** Credentials, delegates and name of a cluster connector. */
export function ConnectorForm({
  form,
  saved,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  nameError?: string | undefined;
}) {
  const [installing, setInstalling] = useState(false);
  const type =
    form.readText([...credential, 'type']) === 'ManualConfig' ? 'ManualConfig' : 'InheritFromDelegate';
  const hasTags = Array.isArray(form.read(selectors));
  return (
    <div className={classes.fields}>
      <ChoiceCards
        label="Credentials"
        choices={credentials}
        value={type}
        onChange={(next) =>
          form.writeAll([
            [credential, next === 'ManualConfig' ? manualDefault : { type: next }],
            [selectors, next === 'ManualConfig' ? undefined : []],
          ])
        }
      />
      {type === 'ManualConfig' && (
        <>
          <ManualCredentials form={form} />
          <ChoiceCards
            label="Delegates that may use it"
            choices={delegateChoices}
            value={hasTags ? 'tags' : 'any'}
            onChange={(next) => form.write(selectors, next === 'any' ? undefined : [])}
          />
        </>
      )}
      <div>
        {(type === 'InheritFromDelegate' || hasTags) && <DelegateTags form={form} />}
        <p className={classes.under}>
          No delegate yet?{' '}
          <button
            type="button"
            className="link"
            aria-expanded={installing}
            onClick={() => setInstalling(!installing)}
          >
            Install one
          </button>
          , without leaving this page.
        </p>
        {installing && (
          <div style={{ marginTop: 12 }}>
            <Suspense fallback={null}>
              <InstallDelegate onConnected={(name) => !hasTags || form.write(selectors, [name])} />
            </Suspense>
          </div>
        )}
      </div>
      <NameField form={form} root="connector" saved={saved} error={nameError} />
      <Checkbox
        label="Skip default namespace validation"
        description="Leaves out only listing controllers in the namespace default: for accounts that may work in one namespace."
        checked={form.read(skip) === true}
        onChange={(event) => form.write(skip, event.currentTarget.checked ? true : undefined)}
      />
    </div>
  );
}
