import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ExecutionLine, scopeQuery } from '../../components/cells.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { paths } from '../../paths.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import type { OverviewProps } from './overview-props.ts';
import classes from './Entity.module.css';

function Deployments({ environment }: { environment: string }) {
  const project = useProject();
  const executions = useQuery(queries.executions(project, { environment, limit: 10 }));
  return (
    <Panel title="Deployments here" flush>
      <Loaded query={executions} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={classes.none}>Nothing has been deployed here yet.</p>
          ) : (
            page.items.map((execution) => <ExecutionLine key={execution.executionId} execution={execution} />)
          )
        }
      </Loaded>
    </Panel>
  );
}

/** What runs here, and in which clusters and namespaces it may. */
export function EnvironmentOverview({ scope, entity }: OverviewProps) {
  const project = useProject();
  const mayEdit = useMay('core_environment_edit');
  const infrastructures = useQuery(
    queries.entities(scope, 'infrastructure', { limit: 200, sort: 'name' }, entity.identifier),
  );
  return (
    <>
      <Panel
        title="Infrastructure definitions"
        flush
        aside={
          mayEdit && (
            <Button
              size="compact-md"
              variant="default"
              component={Link}
              to={`${paths.newInfrastructure(project, entity.identifier)}${scopeQuery(entity.scope)}`}
            >
              New infrastructure definition
            </Button>
          )
        }
      >
        <Loaded query={infrastructures} rows={2}>
          {(page) =>
            page.items.length === 0 ? (
              <p className={classes.none}>
                None yet: one says in which cluster and namespace services of this environment run.
              </p>
            ) : (
              <ul className={classes.lines}>
                {page.items.map((item) => (
                  <li key={item.identifier}>
                    <Link
                      className="link"
                      to={`${paths.infrastructure(project, entity.identifier, item.identifier)}${scopeQuery(entity.scope)}`}
                    >
                      {item.name}
                    </Link>
                    <span className="mono muted">{item.identifier}</span>
                    <span className="muted small">
                      changed <Ago at={item.updatedAt} />
                    </span>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <Deployments environment={entity.identifier} />
    </>
  );
}
