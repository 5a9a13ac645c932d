import { useQueries } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { scopeQuery } from '../../components/cells.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import type { ProjectRef } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import { needsOf } from './needs.ts';
import type { Need } from './needs.ts';
import classes from './Overview.module.css';

function wordsOf(need: Need, project: ProjectRef) {
  switch (need.kind) {
    case 'execution':
      return {
        tone: 'fail' as const,
        title: `${need.execution.pipeline.name} #${need.execution.sequence} failed`,
        under: need.execution.headline,
        to: paths.execution(project, need.execution.executionId),
      };
    case 'delegate':
      return {
        tone: 'warn' as const,
        title: `${need.delegate.name} is not connected`,
        under:
          need.delegate.lastHeartbeatAt === undefined ? (
            'It has never sent a heartbeat'
          ) : (
            <>
              Last heartbeat <Ago at={need.delegate.lastHeartbeatAt} />
            </>
          ),
        to: paths.delegate(project, need.delegate.name),
      };
    case 'connector':
      return {
        tone: 'fail' as const,
        title: `${need.connector.name} does not work`,
        under: need.connector.connectivity?.lastResult?.errorSummary ?? 'Its last connection test failed',
        to: `${paths.connector(project, need.connector.identifier)}${scopeQuery(need.connector.scope)}`,
      };
  }
}

export function NeedsYou() {
  const project = useProject();
  const [executions, delegates, connectors] = useQueries({
    queries: [
      queries.executions(project, { limit: 50 }),
      queries.delegates(project, { limit: 200 }),
      queries.entities(project, 'connector', { limit: 200, includeParents: 'true' }),
    ],
  });
  const needs = needsOf(
    executions.data?.items ?? [],
    delegates.data?.items ?? [],
    connectors.data?.items ?? [],
  );
  if (needs.length === 0) return null;
  return (
    <Panel title="Needs you" flush>
      <ul className={classes.lines}>
        {needs.slice(0, 6).map((need) => {
          const { tone, title, under, to } = wordsOf(need, project);
          return (
            <li key={to}>
              <Mark tone={tone} />
              <span>
                <strong>{title}</strong>
                <span className={classes.under}>{under}</span>
              </span>
              <Link className="link" to={to} aria-label={`Open: ${title}`}>
                Open
              </Link>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
