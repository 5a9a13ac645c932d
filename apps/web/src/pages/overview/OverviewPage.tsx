import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { PasswordForm } from '../../components/PasswordForm.tsx';
import { SandboxPanel } from '../../components/SandboxPanel.tsx';
import { ExecutionLine } from '../../components/cells.tsx';
import { failedStatusFilter, liveStatusFilter } from '../../components/execution-status.ts';
import { useProject } from '../../hooks/use-project.ts';
import { useSession } from '../../hooks/use-session.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { paths } from '../../paths.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Checklist } from './Checklist.tsx';
import { DelegatesPanel } from './DelegatesPanel.tsx';
import { NeedsYou } from './NeedsYou.tsx';
import { WhatRunsWhere } from './WhatRunsWhere.tsx';
import classes from './Overview.module.css';

const laterKey = 'slipway.password-later';

function PasswordCard() {
  const session = useSession();
  const [later, setLater] = useState(() => sessionStorage.getItem(laterKey) !== null);
  if (session === undefined || !session.mustSetPassword || later) return null;
  return (
    <Panel
      title="Set a password"
      aside={
        <button
          type="button"
          className="link"
          onClick={() => {
            sessionStorage.setItem(laterKey, 'yes');
            setLater(true);
          }}
        >
          Later
        </button>
      }
    >
      <p className="muted" style={{ marginBottom: 12 }}>
        The link has signed you in once. With a password you can come back without one.
      </p>
      <PasswordForm session={session} />
    </Panel>
  );
}

function RunningNow() {
  const project = useProject();
  const running = useQuery(queries.executions(project, { status: liveStatusFilter, limit: 5 })).data;
  if (running === undefined || running.items.length === 0) return null;
  return (
    <Panel title="Running now" flush>
      {running.items.map((execution) => (
        <ExecutionLine key={execution.executionId} execution={execution} />
      ))}
    </Panel>
  );
}

function Recent() {
  const project = useProject();
  const recent = useQuery(queries.executions(project, { limit: 8 }));
  return (
    <Panel
      title="Recent executions"
      flush
      aside={
        <Link className="link" to={paths.executions(project)}>
          All
        </Link>
      }
    >
      <Loaded query={recent} rows={3}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={classes.none}>Nothing has run yet.</p>
          ) : (
            page.items.map((execution) => <ExecutionLine key={execution.executionId} execution={execution} />)
          )
        }
      </Loaded>
    </Panel>
  );
}

/** What needs me; until the first green deployment, how to get there. */
export function OverviewPage() {
  const project = useProject();
  const green = useQuery(queries.executions(project, { status: 'SUCCEEDED', limit: 1 }));
  const failed = useQuery(queries.executions(project, { status: failedStatusFilter, limit: 1 }));
  const name = useQuery(queries.project(project)).data?.name ?? project.project;
  const first = green.data === undefined ? undefined : green.data.total === 0;
  const anything = (green.data?.total ?? 0) + (failed.data?.total ?? 0) > 0;
  return (
    <>
      <PageHeader
        title="Overview"
        crumbs={[{ word: project.org }, { word: name }]}
        actions={
          first === false && (
            <Button component={Link} to={paths.getStarted(project)}>
              Deploy another service
            </Button>
          )
        }
      />
      <div className={classes.body}>
        <Loaded query={green} rows={6}>
          {() => (
            <div className={classes.columns}>
              <div className={classes.main}>
                {first === true && <Checklist />}
                {anything && <WhatRunsWhere />}
                {anything && <Recent />}
              </div>
              <div className={classes.side}>
                <SandboxPanel />
                <NeedsYou />
                <RunningNow />
                <DelegatesPanel />
                <PasswordCard />
              </div>
            </div>
          )}
        </Loaded>
      </div>
    </>
  );
}
