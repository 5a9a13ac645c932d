import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { ExecutionLine } from '../../components/cells.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { paths } from '../../paths.ts';
import { Panel } from '../../ui/Panel.tsx';
import type { OverviewProps } from './overview-props.ts';
import classes from './Entity.module.css';

export function RunButton({ identifier }: { identifier: string }) {
  const project = useProject();
  const navigate = useNavigate();
  const mayRun = useMay('core_pipeline_execute');
  const run = useMutation({
    mutationFn: () =>
      call('executions', 'start', project, {
        params: { identifier },
        body: {},
        idempotencyKey: crypto.randomUUID(),
      }),
    onSuccess: ({ executionId }) => void navigate(paths.execution(project, executionId)),
  });
  if (!mayRun) return null;
  return (
    <>
      {run.isError && <ProblemView error={run.error} />}
      <Button loading={run.isPending} onClick={() => run.mutate()}>
        Run
      </Button>
    </>
  );
}

/** How its last runs ended. */
export function PipelineOverview({ entity }: OverviewProps) {
  const project = useProject();
  const executions = useQuery(queries.executions(project, { pipeline: entity.identifier, limit: 10 }));
  return (
    <Panel
      title="Last executions"
      flush
      aside={
        <Link className="link" to={`${paths.executions(project)}?search=${encodeURIComponent(entity.name)}`}>
          All
        </Link>
      }
    >
      <Loaded query={executions} rows={3}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={classes.none}>It has never run.</p>
          ) : (
            page.items.map((execution) => <ExecutionLine key={execution.executionId} execution={execution} />)
          )
        }
      </Loaded>
    </Panel>
  );
}
