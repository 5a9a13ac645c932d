import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { ProblemView } from '../../components/ProblemView.tsx';
import { YamlPane } from '../../components/YamlPane.tsx';
import type { YamlPaneProps } from '../../components/YamlPane.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Notice } from '../../ui/Notice.tsx';
import { clockTime } from '../../util/relative-time.ts';
import { StepList } from './StepList.tsx';
import { wizardSteps } from './draft.ts';
import type { Draft, WizardStep } from './draft.ts';
import type { DraftHold } from './use-draft.ts';
import classes from './GetStarted.module.css';

export interface StepProps {
  readonly draft: Draft;
  readonly hold: DraftHold;
}

/** Where the steps before and after one lead. */
export function useStepMoves(step: WizardStep): { next: () => void; back: string | null } {
  const project = useProject();
  const navigate = useNavigate();
  const position = wizardSteps.indexOf(step);
  const before = wizardSteps[position - 1];
  return {
    next: () => void navigate(paths.getStarted(project, wizardSteps[position + 1] ?? 'review')),
    back: before === undefined ? null : paths.getStarted(project, before),
  };
}

export interface StepFrameProps {
  readonly draft: Draft;
  readonly step: WizardStep;
  readonly title: string;
  readonly explanation: ReactNode;
  readonly children: ReactNode;
  readonly yaml: YamlPaneProps | null;
  readonly broken?: boolean;
  readonly error?: unknown;
  readonly primary: { readonly word: string; readonly busy: boolean; readonly onClick: () => void };
  readonly secondary?: ReactNode;
}

/** The layout all steps share: steps at the left, form, YAML at the right, one primary button at the foot. */
export function StepFrame({
  draft,
  step,
  title,
  explanation,
  children,
  yaml,
  broken = false,
  error,
  primary,
  secondary,
}: StepFrameProps) {
  const { back } = useStepMoves(step);
  return (
    <form
      style={{ display: 'contents' }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        primary.onClick();
      }}
    >
      <div className={classes.page}>
        <StepList draft={draft} current={step} />
        <div className={classes.form}>
          <div className={classes.inner}>
            <header>
              <h2>{title}</h2>
              <p>{explanation}</p>
            </header>
            {broken ? (
              <Notice tone="fail" title="The YAML has a mistake">
                <p>The form comes back when it is mended, at the right.</p>
              </Notice>
            ) : (
              children
            )}
            {error !== undefined && error !== null && <ProblemView error={error} />}
          </div>
        </div>
        {yaml !== null && (
          <div className={classes.yaml}>
            <YamlPane {...yaml} />
          </div>
        )}
      </div>
      <footer className={classes.foot}>
        <span className="muted nums">Draft saved {clockTime(draft.savedAt).slice(0, 5)}</span>
        <div>
          {secondary}
          {back !== null && (
            <Button variant="default" component={Link} to={back}>
              Back
            </Button>
          )}
          <Button type="submit" loading={primary.busy}>
            {primary.word}
          </Button>
        </div>
      </footer>
    </form>
  );
}
