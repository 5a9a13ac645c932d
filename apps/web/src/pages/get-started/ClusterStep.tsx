import { Button } from '@mantine/core';
import type { ConnectionTestStep } from '@slipway/contracts';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { isApiError } from '../../api/api-error.ts';
import { SandboxFact, SandboxPanel } from '../../components/SandboxPanel.tsx';
import { TestResult } from '../../components/TestResult.tsx';
import { ConnectorForm } from '../../forms/ConnectorForm.tsx';
import { useDocumentForm } from '../../forms/use-document-form.ts';
import { Notice } from '../../ui/Notice.tsx';
import { ExistingOrNew } from './ExistingOrNew.tsx';
import { StepFrame, useStepMoves } from './StepFrame.tsx';
import type { StepProps } from './StepFrame.tsx';
import { withChosen, withDocument, withSaved } from './draft.ts';
import { useConnectorSave } from './use-connector-save.ts';
import type { ConnectorSave } from './use-connector-save.ts';

const skip = ['connector', 'spec', 'ignoreTestConnection'] as const;

function Progress({ saving }: { saving: ConnectorSave }) {
  if (saving.state === 'waiting-for-sandbox') {
    return (
      <Notice tone="run" title={<span role="status">Waiting for the sandbox cluster</span>}>
        <p className="muted">
          The connection test starts by itself as soon as the cluster is ready. You may stay or come back.
        </p>
      </Notice>
    );
  }
  if (saving.state === 'testing') {
    return (
      <Notice tone="run" title={<span role="status">Testing the connection on a delegate</span>}>
        <p className="muted">Delegate, API server, certificate, identity, then listing controllers.</p>
      </Notice>
    );
  }
  return null;
}

export function ClusterStep({ draft, hold }: StepProps) {
  const client = useQueryClient();
  const { next } = useStepMoves('cluster');
  const [strict, setStrict] = useState(false);
  const chosen = draft.chosen.connector;
  const saving = useConnectorSave(draft, (saved) => {
    hold.change((current) => withSaved(current, 'connector', saved.identifier, saved.version));
    void client.invalidateQueries({ queryKey: ['entity', 'connector'] });
    next();
  });
  const form = useDocumentForm(
    'connector',
    draft.documents.connector,
    (text) => {
      saving.clear();
      hold.change((current) => withDocument(current, 'connector', text));
    },
    strict,
  );
  const outcome = useRef<HTMLDivElement>(null);
  const shown = saving.state !== 'idle' || saving.result !== null;
  useEffect(() => {
    // It stands below the form, where it might not be seen.
    if (shown) outcome.current?.scrollIntoView({ block: 'nearest' });
  }, [shown, saving.result]);
  const taken = isApiError(saving.error) && saving.error.code === 'entity.identifier_taken';
  const proceed = () => {
    if (chosen !== undefined) return next();
    setStrict(true);
    if (form.mistakes.length === 0) saving.testAndSave();
  };
  const actionsFor = (step: ConnectionTestStep) =>
    step.step === 'list-controllers' ? (
      <button type="button" className="link" onClick={() => form.write(skip, true)}>
        Skip default namespace validation
      </button>
    ) : null;
  const untested = saving.noDelegate && (
    <Button variant="default" onClick={saving.saveUntested}>
      Save untested
    </Button>
  );
  return (
    <StepFrame
      draft={draft}
      step="cluster"
      title="Which cluster?"
      explanation="Slipway reaches a cluster through a delegate, a small agent that dials out from it. Nothing needs to be opened towards the cluster."
      broken={form.broken && chosen === undefined}
      error={taken ? null : saving.error}
      primary={{
        word: chosen === undefined ? 'Save and continue' : 'Continue',
        busy: saving.state !== 'idle',
        onClick: proceed,
      }}
      secondary={untested}
      yaml={
        chosen === undefined
          ? {
              title: 'connector.yaml',
              text: form.text,
              onChange: form.replace,
              before: draft.offered.connector,
              mistakes: strict || form.broken ? form.mistakes : [],
            }
          : null
      }
    >
      <SandboxPanel />
      {draft.saved.connector === undefined && (
        <ExistingOrNew
          kind="connector"
          noun="connector"
          parents
          chosen={chosen}
          onChoose={(reference) => {
            saving.clear();
            hold.change((current) => withChosen(current, 'connector', reference));
          }}
        />
      )}
      {chosen === undefined && (
        <ConnectorForm
          form={form}
          saved={draft.saved.connector !== undefined}
          nameError={taken ? 'One with this identifier exists already: choose another name.' : undefined}
        />
      )}
      <div ref={outcome}>
        <Progress saving={saving} />
        {saving.result !== null && <TestResult result={saving.result} actionsFor={actionsFor} />}
      </div>
      <SandboxFact />
    </StepFrame>
  );
}
