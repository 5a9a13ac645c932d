import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useState } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { isApiError } from '../api/api-error.ts';
import { queries } from '../api/queries.ts';
import { ProblemPage } from '../components/ProblemView.tsx';
import { useProject } from '../hooks/use-project.ts';
import { LiveProvider, useRoom } from '../live/LiveProvider.tsx';
import { paths } from '../paths.ts';
import { Placeholder } from '../ui/Placeholder.tsx';
import { ConnectionLine } from './ConnectionLine.tsx';
import { KeyList } from './KeyList.tsx';
import { Rail } from './Rail.tsx';
import { rememberProject } from './last-project.ts';
import classes from './AppLayout.module.css';

function Frame() {
  const project = useProject();
  const location = useLocation();
  const [railOpen, setRailOpen] = useState(false);
  useRoom({ kind: 'project', ...project });
  useEffect(() => rememberProject(project), [project]);
  useEffect(() => setRailOpen(false), [location.pathname]);
  const known = useQuery(queries.project(project));
  return (
    <div className={classes.frame} data-rail={railOpen ? 'open' : 'folded'}>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Rail onToggle={() => setRailOpen((open) => !open)} open={railOpen} />
      <main id="content" className={classes.main} tabIndex={-1}>
        <ConnectionLine />
        {known.isError && isApiError(known.error) && known.error.status === 404 ? (
          <ProblemPage error={known.error} />
        ) : (
          <Suspense fallback={<Placeholder rows={6} />}>
            <Outlet />
          </Suspense>
        )}
      </main>
      <KeyList />
    </div>
  );
}

/** Everything below a project: needs a session, shows the rail. */
export function AppLayout() {
  const location = useLocation();
  const session = useQuery(queries.session());
  if (session.isError && isApiError(session.error) && session.error.status === 401) {
    const then = `${location.pathname}${location.search}`;
    return <Navigate to={`${paths.signIn}?then=${encodeURIComponent(then)}`} replace />;
  }
  if (session.isError && session.data === undefined) {
    return <ProblemPage error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (session.data === undefined) return <Placeholder />;
  return (
    <LiveProvider>
      <Frame />
    </LiveProvider>
  );
}
