import { useRouteError } from 'react-router';
import { Button } from '@mantine/core';
import { isApiError } from '../api/api-error.ts';
import { ProblemPage } from '../components/ProblemView.tsx';
import { Notice } from '../ui/Notice.tsx';

/** A screen that failed while it was drawn, or that could not be fetched after an update of the program. */
export function RouteError() {
  const error = useRouteError();
  if (isApiError(error)) return <ProblemPage error={error} />;
  return (
    <div style={{ padding: 24, maxWidth: 640 }}>
      <Notice
        alert
        tone="fail"
        title="This screen could not be shown"
        actions={
          <Button size="compact-sm" variant="default" onClick={() => window.location.reload()}>
            Load it again
          </Button>
        }
      >
        <p className="muted">
          {error instanceof Error ? error.message : 'Slipway may have been updated meanwhile.'}
        </p>
      </Notice>
    </div>
  );
}

export function NotFoundPage() {
  return (
    <div style={{ padding: 24 }}>
      <Notice tone="none" title="There is no such page">
        <p>
          <a className="link" href="/">
            Go to the overview
          </a>
        </p>
      </Notice>
    </div>
  );
}
