import { Textarea } from '@mantine/core';
import { useMemo, useState } from 'react';
import { describeManifests } from '../document/manifests.ts';
import { sampleManifests } from '../document/sample.ts';
import { ChoiceCards } from '../ui/ChoiceCards.tsx';
import { YamlText } from '../ui/YamlText.tsx';
import { ManifestFiles } from './ManifestFiles.tsx';
import { NameField } from './NameField.tsx';
import type { DocumentForm } from './use-document-form.ts';
import classes from './forms.module.css';

const store = ['service', 'serviceDefinition', 'spec', 'manifests', 0, 'manifest', 'spec', 'store'] as const;

type Source = 'sample' | 'pasted' | 'files';

const sources = [
  { value: 'sample', title: 'The sample', description: 'A Deployment of 3 pods, a Service and a ConfigMap.' },
  { value: 'pasted', title: 'Paste manifests', description: 'They are kept in the service itself.' },
  {
    value: 'files',
    title: 'Upload files',
    description: 'They are kept in the file store; every service may use them.',
  },
] as const;

/** The sample is what nobody has touched; as soon as a person takes it over, it is pasted text like any other. */
function sourceOf(form: DocumentForm, sampleOffered: boolean): Source {
  if (form.readText([...store, 'type']) === 'Harness') return 'files';
  return sampleOffered && form.readText([...store, 'spec', 'content']) === sampleManifests
    ? 'sample'
    : 'pasted';
}

const storeFor: Readonly<Record<Source, unknown>> = {
  sample: { type: 'Inline', spec: { content: sampleManifests } },
  pasted: { type: 'Inline', spec: { content: '' } },
  files: { type: 'Harness', spec: { files: [] } },
};

function Pasted({ form }: { form: DocumentForm }) {
  const content = form.readText([...store, 'spec', 'content']);
  const { objects, mistake } = useMemo(() => describeManifests(content), [content]);
  return (
    <Textarea
      label="Manifests"
      description="Kubernetes YAML, documents separated by ---. Go templates are not needed."
      className={classes.mono ?? ''}
      autosize
      minRows={10}
      maxRows={22}
      spellCheck={false}
      value={content}
      error={mistake ?? undefined}
      placeholder={'apiVersion: apps/v1\nkind: Deployment\n…'}
      onChange={(event) => form.write([...store, 'spec', 'content'], event.currentTarget.value)}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      {...(objects.length > 0 && mistake === null ? { 'aria-describedby': 'manifest-objects' } : {})}
    />
  );
}

/** Name and manifests of a service. */
export function ServiceForm({
  form,
  saved,
  offerSample,
  nameError,
}: {
  form: DocumentForm;
  saved: boolean;
  offerSample: boolean;
  nameError?: string | undefined;
}) {
  const [takenOver, setTakenOver] = useState(false);
  const source = sourceOf(form, offerSample && !takenOver);
  const choose = (next: Source) => {
    setTakenOver(next !== 'sample');
    // The sample is a good beginning for one's own manifests.
    if (next !== 'pasted' || source === 'files') form.write(store, storeFor[next]);
  };
  const content = form.readText([...store, 'spec', 'content']);
  const objects = useMemo(() => describeManifests(content).objects, [content]);
  return (
    <div className={classes.fields}>
      <NameField form={form} root="service" saved={saved} error={nameError} />
      <ChoiceCards
        label="Manifests"
        choices={offerSample ? sources : sources.slice(1)}
        value={source}
        onChange={choose}
      />
      {source === 'sample' && (
        <div className={classes.boxed}>
          <div className={classes['box-head']}>
            <span>{objects.join(' · ')}</span>
          </div>
          <YamlText text={sampleManifests} label="The sample's manifests" />
        </div>
      )}
      {source === 'pasted' && (
        <div>
          <Pasted form={form} />
          {objects.length > 0 && (
            <p id="manifest-objects" className={classes.under}>
              {objects.length} {objects.length === 1 ? 'object' : 'objects'}:{' '}
              {objects.slice(0, 8).join(' · ')}
              {objects.length > 8 && ' …'}
            </p>
          )}
        </div>
      )}
      {source === 'files' && <ManifestFiles form={form} path={[...store, 'spec', 'files']} />}
    </div>
  );
}
