import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { isApiError } from '../api/api-error.ts';
import { CopyButton } from '../ui/CopyButton.tsx';
import { Notice } from '../ui/Notice.tsx';
import classes from './ProblemView.module.css';

function words(error: unknown): { title: string; detail?: string | undefined; hint?: string | undefined } {
  if (!isApiError(error))
    return { title: 'The console failed', detail: error instanceof Error ? error.message : undefined };
  if (error.status === 0) {
    return {
      title: 'Slipway cannot be reached',
      hint: 'It may be restarting. What is shown is read again when it answers.',
    };
  }
  const { problem } = error;
  if (problem === null)
    return {
      title: `Slipway answered ${error.status}`,
      hint: 'Something between this browser and Slipway answered instead.',
    };
  const hint =
    problem.hint ??
    (error.status === 403 ? 'Ask an administrator of this scope for a role that allows it.' : undefined);
  return { title: problem.title, detail: problem.detail, hint };
}

/** What failed, where, what next, with the request id. */
export function ProblemView({
  error,
  onRetry,
  actions,
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  actions?: React.ReactNode;
}) {
  const { title, detail, hint } = words(error);
  const problem = isApiError(error) ? error.problem : null;
  const warning = isApiError(error) && (error.status === 403 || error.status === 0);
  return (
    <Notice
      alert
      tone={warning ? 'warn' : 'fail'}
      title={title}
      actions={
        onRetry !== undefined || actions !== undefined ? (
          <>
            {actions}
            {onRetry !== undefined && (
              <Button size="compact-sm" variant="default" onClick={onRetry}>
                Try again
              </Button>
            )}
          </>
        ) : undefined
      }
    >
      {detail !== undefined && detail !== title && <p>{detail}</p>}
      {(problem?.errors ?? []).length > 0 && (
        <ul className={classes.list}>
          {problem?.errors?.map((entry, position) => (
            <li key={position}>
              {entry.line !== undefined && <span className="muted">line {entry.line}: </span>}
              {entry.message}
              {entry.pointer !== undefined && entry.pointer !== '' && (
                <code className={classes.pointer}>{entry.pointer}</code>
              )}
            </li>
          ))}
        </ul>
      )}
      {hint !== undefined && <p className="muted">{hint}</p>}
      {problem?.instance !== undefined && (
        <p className={classes.request}>
          <span className="muted">Request</span> <code>{problem.instance}</code>{' '}
          <CopyButton text={problem.instance} />
        </p>
      )}
    </Notice>
  );
}

/** A whole page's failure: not found and forbidden get words of their own. */
export function ProblemPage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const status = isApiError(error) ? error.status : 500;
  return (
    <div className={classes.page}>
      {status === 404 ? (
        <Notice
          tone="none"
          title="There is nothing here"
          actions={
            <Link className="link" to="/">
              Go to the overview
            </Link>
          }
        >
          <p className="muted">It was deleted, its address is mistyped, or you may not see it.</p>
        </Notice>
      ) : (
        <ProblemView error={error} {...(onRetry === undefined ? {} : { onRetry })} />
      )}
    </div>
  );
}
