import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useEffect } from 'react';
import { Navigate, useParams } from 'react-router';
import { queries } from '../../api/queries.ts';
import { ProblemPage } from '../../components/ProblemView.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { Placeholder } from '../../ui/Placeholder.tsx';
import { DocumentStep } from './DocumentStep.tsx';
import { ReviewStep } from './ReviewStep.tsx';
import { StrategyStep } from './StrategyStep.tsx';
import { firstOpenStep, wizardSteps } from './draft.ts';
import type { WizardStep } from './draft.ts';
import { useDraft } from './use-draft.ts';
import type { DraftHold } from './use-draft.ts';
import type { StepProps } from './StepFrame.tsx';

// The heaviest step: it is fetched while the first two are filled in.
const loadClusterStep = () => import('./ClusterStep.tsx');
const ClusterStep = lazy(async () => ({ default: (await loadClusterStep()).ClusterStep }));

const isStep = (word: string | undefined): word is WizardStep =>
  (wizardSteps as readonly (string | undefined)[]).includes(word);

function Step({ step, ...props }: StepProps & { step: WizardStep; hold: DraftHold }) {
  switch (step) {
    case 'service':
    case 'environment':
    case 'namespace':
      return <DocumentStep key={step} step={step} {...props} />;
    case 'cluster':
      return (
        <Suspense fallback={<Placeholder rows={8} />}>
          <ClusterStep {...props} />
        </Suspense>
      );
    case 'strategy':
      return <StrategyStep {...props} />;
    case 'review':
      return <ReviewStep {...props} />;
  }
}

/** The first deployment, step by step. Each step is an address; a step cannot be entered before those it needs. */
export function GetStartedPage() {
  const project = useProject();
  const { step } = useParams();
  const hold = useDraft();
  useEffect(() => void loadClusterStep(), []);
  const { draft } = hold;
  const another =
    (useQuery(queries.executions(project, { status: 'SUCCEEDED', limit: 1 })).data?.total ?? 0) > 0;
  if (!isStep(step)) return <Navigate to={paths.getStarted(project)} replace />;
  const early = draft !== null && wizardSteps.indexOf(step) > wizardSteps.indexOf(firstOpenStep(draft));
  return (
    <>
      <PageHeader
        title={another ? 'Deploy another service' : 'Your first deployment'}
        crumbs={[{ word: 'Overview', to: paths.overview(project) }, { word: 'Get started' }]}
      />
      {draft === null &&
        (hold.error === null || hold.error === undefined ? (
          <Placeholder rows={8} />
        ) : (
          <ProblemPage error={hold.error} />
        ))}
      {draft !== null &&
        (early ? (
          <Navigate to={paths.getStarted(project, firstOpenStep(draft))} replace />
        ) : (
          <Step step={step} draft={draft} hold={hold} />
        ))}
    </>
  );
}
