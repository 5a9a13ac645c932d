import type { ConnectionTestResult, ConnectionTestStep } from '@slipway/contracts';
import type { ReactNode } from 'react';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Mark } from '../ui/Mark.tsx';
import { durationText } from '../util/relative-time.ts';
import classes from './TestResult.module.css';

const tones = { succeeded: 'ok', failed: 'fail', skipped: 'none' } as const;
const titles = {
  SUCCESS: 'Connection test passed',
  FAILURE: 'Connection test failed',
  UNKNOWN: 'Connection test could not run',
} as const;

function Cause({ step, actions }: { step: ConnectionTestStep; actions?: ReactNode }) {
  const { cause } = step;
  return (
    <div className={classes.cause}>
      <p>{cause === undefined ? step.detail : cause.message}</p>
      {(cause?.evidence ?? []).length > 0 && (
        <pre className={classes.evidence} tabIndex={0}>
          {cause?.evidence.map((evidence) => evidence.text).join('\n')}
        </pre>
      )}
      {(cause?.hints ?? []).map((hint) => (
        <p key={hint}>{hint}</p>
      ))}
      <div className={classes.actions}>
        {cause?.remedyYaml !== undefined && (
          <CopyButton text={cause.remedyYaml}>Copy the missing Role</CopyButton>
        )}
        {actions}
      </div>
    </div>
  );
}

/** A connection test step by step; the failed one with its cause, evidence and remedy. */
export function TestResult({
  result,
  actionsFor,
}: {
  result: ConnectionTestResult;
  actionsFor?: (step: ConnectionTestStep) => ReactNode;
}) {
  return (
    <section className={classes.test} aria-label="Connection test">
      <header className={classes.head}>
        <Mark tone={result.status === 'SUCCESS' ? 'ok' : result.status === 'FAILURE' ? 'fail' : 'warn'} />
        <div role="status">
          <h3>{titles[result.status]}</h3>
        </div>
        <span className={classes.time}>
          {durationText(result.durationMs)}
          {result.delegate !== undefined && `, on ${result.delegate.name}`}
        </span>
      </header>
      <ol>
        {result.steps.map((step) => (
          <li key={step.step}>
            <div className={classes.step} data-status={step.status}>
              <Mark tone={tones[step.status]} label={step.status} />
              <span className={classes.title}>{step.title}</span>
              <span className={classes.detail}>
                {step.status === 'skipped' && step.detail === '' ? 'not tried' : step.detail}
              </span>
              <span className={classes.duration}>
                {step.durationMs !== undefined && durationText(step.durationMs)}
              </span>
            </div>
            {step.status === 'failed' && <Cause step={step} actions={actionsFor?.(step)} />}
          </li>
        ))}
      </ol>
      {result.steps.length === 0 && result.errorSummary !== undefined && (
        <p className={classes.cause}>{result.errorSummary}</p>
      )}
    </section>
  );
}
