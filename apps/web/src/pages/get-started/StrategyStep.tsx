import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { NameField } from '../../forms/NameField.tsx';
import { useDocumentForm } from '../../forms/use-document-form.ts';
import { ChoiceCards } from '../../ui/ChoiceCards.tsx';
import { StepFrame, useStepMoves } from './StepFrame.tsx';
import type { StepProps } from './StepFrame.tsx';
import { withDocument } from './draft.ts';
import formClasses from '../../forms/forms.module.css';

const stage = ['pipeline', 'stages', 0, 'stage'] as const;
const timeout = [...stage, 'spec', 'execution', 'steps', 0, 'step', 'timeout'] as const;
const action = [...stage, 'failureStrategies', 0, 'onFailure', 'action'] as const;

const strategies = [
  {
    value: 'rolling',
    title: 'Rolling',
    description:
      'New pods come up beside the old ones and take over as they become ready. Nothing is down meanwhile.',
  },
] as const;

const onFailure = [
  { value: 'StageRollback', label: 'Roll the stage back' },
  { value: 'Abort', label: 'Stop, leave it as it is' },
];

export function StrategyStep({ draft, hold }: StepProps) {
  const { next } = useStepMoves('strategy');
  const [strict, setStrict] = useState(false);
  const form = useDocumentForm(
    'pipeline',
    draft.documents.pipeline,
    (text) => hold.change((current) => withDocument(current, 'pipeline', text)),
    strict,
  );
  const proceed = () => {
    setStrict(true);
    if (form.mistakes.length > 0) return;
    hold.change((current) => ({ ...current, strategyAgreed: true }));
    next();
  };
  return (
    <StepFrame
      draft={draft}
      step="strategy"
      title="How is it rolled out?"
      explanation="A pipeline says how. It can be run again, changed, and given more stages later."
      broken={form.broken}
      primary={{ word: 'Save and continue', busy: false, onClick: proceed }}
      yaml={{
        title: 'pipeline.yaml',
        text: form.text,
        onChange: form.replace,
        before: draft.offered.pipeline,
        mistakes: strict || form.broken ? form.mistakes : [],
      }}
    >
      <div className={formClasses.fields}>
        <ChoiceCards label="Strategy" choices={strategies} value="rolling" onChange={() => undefined} />
        <div className={formClasses.row}>
          <TextInput
            label="Time limit of the step"
            description="Such as 10m or 1h 30m"
            value={form.readText(timeout)}
            error={form.errorAt(timeout)}
            onChange={(event) => form.write(timeout, event.currentTarget.value)}
          />
          <Select
            label="If it fails"
            description="To the release that worked last, or not"
            allowDeselect={false}
            data={onFailure}
            value={form.readText([...action, 'type']) || 'StageRollback'}
            onChange={(value) => value !== null && form.write(action, { type: value })}
          />
        </div>
        <NameField form={form} root="pipeline" saved={draft.saved.pipeline !== undefined} />
      </div>
    </StepFrame>
  );
}
