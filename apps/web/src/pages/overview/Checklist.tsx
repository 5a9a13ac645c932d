import { Button } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Mark } from '../../ui/Mark.tsx';
import { Panel } from '../../ui/Panel.tsx';
import classes from './Overview.module.css';

interface Check {
  readonly done: boolean;
  readonly what: string;
  readonly words: string;
  readonly to: string;
  readonly word: string;
}

function useChecks(): Check[] {
  const project = useProject();
  const one = { limit: 1 } as const;
  const [delegates, services, connectors, executions] = useQueries({
    queries: [
      queries.delegates(project, { limit: 200 }),
      queries.entities(project, 'service', one),
      queries.entities(project, 'connector', { ...one, includeParents: 'true' }),
      queries.executions(project, one),
    ],
  });
  const connected = delegates.data?.items.filter((delegate) => delegate.connected) ?? [];
  return [
    {
      done: connected.length > 0,
      what: 'A delegate is connected',
      words:
        connected.length > 0
          ? connected.map((delegate) => delegate.name).join(', ')
          : 'The agent that works in your cluster',
      to: paths.installDelegate(project),
      word: 'Install one',
    },
    {
      done: (services.data?.total ?? 0) > 0,
      what: 'A service says what to deploy',
      words: 'A sample is offered',
      to: paths.getStarted(project, 'service'),
      word: 'Begin',
    },
    {
      done: (connectors.data?.total ?? 0) > 0,
      what: 'A connector reaches a cluster',
      words: 'Tested before it is saved',
      to: paths.getStarted(project, 'cluster'),
      word: 'Connect',
    },
    {
      done: (executions.data?.total ?? 0) > 0,
      what: 'A pipeline has run',
      words: 'Watched until every pod is ready',
      to: paths.getStarted(project),
      word: 'Deploy',
    },
  ];
}

/** Until the first green deployment: what is there already, what is missing, and the wizard that does the rest. */
export function Checklist() {
  const project = useProject();
  const checks = useChecks();
  return (
    <Panel flush>
      <div className={classes.hero}>
        <h2>Your first deployment</h2>
        <p>
          Six short steps, each filled in already: a sample service, an environment, and the cluster your
          delegate reaches. Change what you like on the way.
        </p>
        <p style={{ marginTop: 12 }}>
          <Button component={Link} to={paths.getStarted(project)}>
            Get started
          </Button>
        </p>
      </div>
      <ul className={classes.checks}>
        {checks.map((check) => (
          <li key={check.what}>
            <Mark tone={check.done ? 'ok' : 'none'} label={check.done ? 'done' : 'to do'} size={16} />
            <span>
              <strong>{check.what}</strong>
              <span className={classes.under}>{check.words}</span>
            </span>
            {!check.done && (
              <Link className="link" to={check.to} aria-label={`${check.word}: ${check.what.toLowerCase()}`}>
                {check.word}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
