import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { Link, useNavigate } from 'react-router';
import { isApiError } from '../../api/api-error.ts';
import { useProject } from '../../hooks/use-project.ts';
import { treeOf, valueAt } from '../../document/document.ts';
import { paths } from '../../paths.ts';
import { Panel } from '../../ui/Panel.tsx';
import { StepFrame } from './StepFrame.tsx';
import type { StepProps } from './StepFrame.tsx';
import { stepWords } from './StepList.tsx';
import { nameIn, withDocument, withSaved } from './draft.ts';
import type { WizardStep } from './draft.ts';
import { saveDocument, startExecution } from './save-draft.ts';
import classes from './GetStarted.module.css';

const infrastructure = ['infrastructureDefinition', 'spec'] as const;
const firstStep = [
  'pipeline',
  'stages',
  0,
  'stage',
  'spec',
  'execution',
  'steps',
  0,
  'step',
  'timeout',
] as const;

function rows({ draft }: Pick<StepProps, 'draft'>): { step: WizardStep; what: string; words: string }[] {
  const infra = treeOf(draft.documents.infrastructure);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const timeout = text(valueAt(treeOf(draft.documents.pipeline), firstStep));
  return [
    { step: 'service', what: 'Service', words: stepWords(draft, 'service') },
    { step: 'environment', what: 'Environment', words: stepWords(draft, 'environment') },
    {
      step: 'cluster',
      what: 'Cluster',
      words: draft.chosen.connector ?? nameIn('connector', draft.documents.connector),
    },
    { step: 'namespace', what: 'Namespace', words: text(valueAt(infra, [...infrastructure, 'namespace'])) },
    {
      step: 'namespace',
      what: 'Release name',
      words: text(valueAt(infra, [...infrastructure, 'releaseName'])),
    },
    { step: 'strategy', what: 'Strategy', words: `Rolling, at most ${timeout === '' ? '10m' : timeout}` },
  ];
}

/** Says what will happen; *Deploy* saves the pipeline, runs it and shows the execution. */
export function ReviewStep({ draft, hold }: StepProps) {
  const project = useProject();
  const navigate = useNavigate();
  const client = useQueryClient();
  const key = useRef(crypto.randomUUID());
  const deploy = useMutation({
    mutationFn: async () => {
      const saved = await saveDocument(project, draft, 'pipeline');
      hold.change((current) => withSaved(current, 'pipeline', saved.identifier, saved.version));
      return startExecution(project, draft, key.current);
    },
    onSuccess: ({ executionId }) => {
      hold.forget();
      void client.invalidateQueries({ queryKey: ['entity'] });
      void client.invalidateQueries({ queryKey: ['execution'] });
      void navigate(paths.execution(project, executionId));
    },
  });
  const taken = isApiError(deploy.error) && deploy.error.code === 'entity.identifier_taken';
  return (
    <StepFrame
      draft={draft}
      step="review"
      title="Ready to deploy"
      explanation="Slipway renders the manifests, applies them, and watches until every pod is ready."
      error={deploy.error}
      primary={{ word: 'Deploy', busy: deploy.isPending, onClick: () => deploy.mutate() }}
      yaml={{
        title: 'pipeline.yaml',
        text: draft.documents.pipeline,
        onChange: (text) => hold.change((current) => withDocument(current, 'pipeline', text)),
      }}
    >
      <Panel flush>
        <ul className={classes.review}>
          {rows({ draft }).map(({ step, what, words }) => (
            <li key={what}>
              <span>{what}</span>
              <span style={{ overflowWrap: 'anywhere' }}>{words}</span>
              <Link
                className="link"
                to={paths.getStarted(project, step)}
                aria-label={`Change ${what.toLowerCase()}`}
              >
                Change
              </Link>
            </li>
          ))}
        </ul>
      </Panel>
      {taken && (
        <p className="muted">
          The pipeline's identifier is taken: give it another name under{' '}
          <Link className="link" to={paths.getStarted(project, 'strategy')}>
            Strategy
          </Link>
          .
        </p>
      )}
    </StepFrame>
  );
}
