import { Link } from 'react-router';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { describeManifests } from '../../document/manifests.ts';
import { treeOf, valueAt } from '../../document/document.ts';
import { firstOpenStep, isDone, nameIn, wizardSteps } from './draft.ts';
import type { ChoosableKind, Draft, WizardStep } from './draft.ts';
import classes from './GetStarted.module.css';

export const stepTitles: Readonly<Record<WizardStep, string>> = {
  service: 'Service',
  environment: 'Environment',
  cluster: 'Cluster',
  namespace: 'Namespace and release',
  strategy: 'Strategy',
  review: 'Review and deploy',
};

const manifestStore = [
  'service',
  'serviceDefinition',
  'spec',
  'manifests',
  0,
  'manifest',
  'spec',
  'store',
  'spec',
] as const;

function serviceWords(draft: Draft): string {
  const tree = treeOf(draft.documents.service);
  const content = valueAt(tree, [...manifestStore, 'content']);
  const files = valueAt(tree, [...manifestStore, 'files']);
  const count = Array.isArray(files)
    ? files.length
    : typeof content === 'string'
      ? describeManifests(content).objects.length
      : 0;
  const noun = Array.isArray(files) ? 'file' : 'manifest';
  return `${nameIn('service', draft.documents.service)}, ${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What a step holds, in a few words. */
export function stepWords(draft: Draft, step: WizardStep): string {
  const chosen = (kind: ChoosableKind, words: string): string =>
    draft.chosen[kind] === undefined ? words : `${draft.chosen[kind]}, existing`;
  if (step === 'service') return chosen('service', serviceWords(draft));
  if (step === 'environment') {
    const type =
      valueAt(treeOf(draft.documents.environment), ['environment', 'type']) === 'Production'
        ? 'Production'
        : 'Pre-Production';
    return chosen('environment', `${nameIn('environment', draft.documents.environment)}, ${type}`);
  }
  if (step === 'cluster')
    return chosen(
      'connector',
      isDone(draft, 'cluster') ? nameIn('connector', draft.documents.connector) : 'Connector and delegate',
    );
  if (step === 'namespace') {
    const namespace = valueAt(treeOf(draft.documents.infrastructure), [
      'infrastructureDefinition',
      'spec',
      'namespace',
    ]);
    return typeof namespace === 'string' ? namespace : '';
  }
  return step === 'strategy' ? 'Rolling' : '';
}

export function StepList({ draft, current }: { draft: Draft; current: WizardStep }) {
  const project = useProject();
  const furthest = wizardSteps.indexOf(firstOpenStep(draft));
  return (
    <nav aria-label="Steps" className={classes.steps}>
      <ol>
        {wizardSteps.map((step, position) => {
          const content = (
            <>
              {isDone(draft, step) && step !== current ? (
                <span className={classes.tick}>
                  <Mark tone="ok" label="done" size={16} />
                </span>
              ) : (
                <span className={classes.number}>{position + 1}</span>
              )}
              <span>
                <span className={classes.stepTitle}>{stepTitles[step]}</span>
                <span className={classes.stepWords}>{stepWords(draft, step)}</span>
              </span>
            </>
          );
          return (
            <li
              key={step}
              data-current={step === current}
              aria-current={step === current ? 'step' : undefined}
            >
              {position <= furthest || step === current ? (
                <Link className={classes.step} to={paths.getStarted(project, step)}>
                  {content}
                </Link>
              ) : (
                <span className={classes.step}>{content}</span>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
