import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { isApiError } from '../../api/api-error.ts';
import { EnvironmentForm } from '../../forms/EnvironmentForm.tsx';
import { InfrastructureForm } from '../../forms/InfrastructureForm.tsx';
import { ServiceForm } from '../../forms/ServiceForm.tsx';
import { useDocumentForm } from '../../forms/use-document-form.ts';
import { writeAt } from '../../document/document.ts';
import { useProject } from '../../hooks/use-project.ts';
import { ExistingOrNew } from './ExistingOrNew.tsx';
import { StepFrame, useStepMoves } from './StepFrame.tsx';
import type { StepProps } from './StepFrame.tsx';
import { identifierIn, withChosen, withDocument, withSaved } from './draft.ts';
import { freeInfrastructure, saveDocument } from './save-draft.ts';

const steps = {
  service: {
    kind: 'service',
    title: 'What do you deploy?',
    explanation:
      'A service is a set of Kubernetes manifests with a name. Take the sample, or bring your own.',
    file: 'service.yaml',
  },
  environment: {
    kind: 'environment',
    title: 'Where does it run?',
    explanation: 'An environment is a place by its purpose. The cluster behind it comes next.',
    file: 'environment.yaml',
  },
  namespace: {
    kind: 'infrastructure',
    title: 'Which namespace, and under which release name?',
    explanation: 'Together with the cluster they make an infrastructure definition of the environment.',
    file: 'infrastructure.yaml',
  },
} as const;

/** A step that is one document with its form: service, environment, namespace. */
export function DocumentStep({ step, draft, hold }: StepProps & { step: keyof typeof steps }) {
  const { kind, title, explanation, file } = steps[step];
  const project = useProject();
  const client = useQueryClient();
  const { next } = useStepMoves(step);
  const [strict, setStrict] = useState(false);
  const form = useDocumentForm(
    kind,
    draft.documents[kind],
    (text) => hold.change((current) => withDocument(current, kind, text)),
    strict,
  );
  const chosen = kind === 'infrastructure' ? undefined : draft.chosen[kind];
  const save = useMutation({
    mutationFn: () => saveDocument(project, draft, kind),
    onSuccess: (saved) => {
      hold.change((current) => withSaved(current, kind, saved.identifier, saved.version));
      void client.invalidateQueries({ queryKey: ['entity', kind] });
      next();
    },
  });
  const taken = isApiError(save.error) && save.error.code === 'entity.identifier_taken';
  const formProps = {
    form,
    saved: draft.saved[kind] !== undefined,
    nameError: taken ? 'One with this identifier exists already: choose another name.' : undefined,
  };
  const choose = async (reference: string | null) => {
    save.reset();
    hold.change((current) => (kind === 'infrastructure' ? current : withChosen(current, kind, reference)));
    if (kind !== 'environment' || reference === null || draft.saved.infrastructure !== undefined) return;
    const base = identifierIn('infrastructure', draft.documents.infrastructure);
    const free = await freeInfrastructure(project, reference, base);
    const path = ['infrastructureDefinition', 'identifier'];
    hold.change((current) =>
      withDocument(current, 'infrastructure', writeAt(current.documents.infrastructure, path, free)),
    );
  };
  const proceed = () => {
    if (chosen !== undefined) return next();
    setStrict(true);
    if (form.mistakes.length === 0) save.mutate();
  };
  return (
    <StepFrame
      draft={draft}
      step={step}
      title={title}
      explanation={explanation}
      broken={form.broken && chosen === undefined}
      error={taken ? null : save.error}
      primary={{
        word: chosen === undefined ? 'Save and continue' : 'Continue',
        busy: save.isPending,
        onClick: proceed,
      }}
      yaml={
        chosen === undefined
          ? {
              title: file,
              text: form.text,
              onChange: form.replace,
              before: draft.offered[kind],
              mistakes: strict || form.broken ? form.mistakes : [],
            }
          : null
      }
    >
      {kind !== 'infrastructure' && draft.saved[kind] === undefined && (
        <ExistingOrNew
          kind={kind}
          noun={kind}
          parents={false}
          chosen={chosen}
          onChoose={(reference) => void choose(reference)}
        />
      )}
      {chosen === undefined && kind === 'service' && <ServiceForm {...formProps} offerSample />}
      {chosen === undefined && kind === 'environment' && <EnvironmentForm {...formProps} />}
      {kind === 'infrastructure' && <InfrastructureForm {...formProps} />}
    </StepFrame>
  );
}
