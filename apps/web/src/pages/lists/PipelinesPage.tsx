import { Button } from '@mantine/core';
import type { EntitySummary, ExecutionSummary } from '@slipway/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from 'react-router';
import { call } from '../../api/operations.ts';
import { queries } from '../../api/queries.ts';
import { ListScreen } from '../../components/ListScreen.tsx';
import type { Column } from '../../components/ListTable.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { NameCell, RunMarks } from '../../components/cells.tsx';
import { useListState } from '../../hooks/use-list-state.ts';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { paths } from '../../paths.ts';
import { Ago, Elapsed } from '../../ui/Time.tsx';

const recent = 200;
const marks = 8;

function useRuns(): (pipeline: string) => ExecutionSummary[] {
  const project = useProject();
  const executions = useQuery(queries.executions(project, { limit: recent })).data?.items ?? [];
  return (pipeline) =>
    executions.filter((execution) => execution.pipeline.identifier === pipeline).slice(0, marks);
}

export function PipelinesPage() {
  const project = useProject();
  const navigate = useNavigate();
  const state = useListState('name');
  const runs = useRuns();
  const mayRun = useMay('core_pipeline_execute');
  const query = useQuery(queries.entities(project, 'pipeline', state.query));
  const run = useMutation({
    mutationFn: (identifier: string) =>
      call('executions', 'start', project, {
        params: { identifier },
        body: {},
        idempotencyKey: crypto.randomUUID(),
      }),
    onSuccess: ({ executionId }) => void navigate(paths.execution(project, executionId)),
  });
  const columns: readonly Column<EntitySummary>[] = [
    {
      head: 'Name',
      sort: 'name',
      width: '28%',
      cell: (row) => <NameCell name={row.name} under={row.description} />,
    },
    {
      head: 'Last runs',
      cell: (row) => {
        const last = runs(row.identifier);
        return last.length === 0 ? (
          <span className="muted">never run</span>
        ) : (
          <RunMarks executions={last} project={project} />
        );
      },
    },
    {
      head: 'Last run',
      cell: (row) =>
        runs(row.identifier)
          .slice(0, 1)
          .map((execution) => <Ago key="at" at={execution.createdAt} />),
    },
    {
      head: 'Took',
      width: '110px',
      wideOnly: true,
      cell: (row) =>
        runs(row.identifier)
          .slice(0, 1)
          .map((execution) => (
            <Elapsed key="took" from={execution.startedAt ?? execution.createdAt} to={execution.endedAt} />
          )),
    },
    {
      head: 'Changed',
      sort: 'updatedAt',
      width: '120px',
      wideOnly: true,
      cell: (row) => <Ago at={row.updatedAt} />,
    },
    {
      head: 'Run',
      width: '96px',
      cell: (row) =>
        mayRun && (
          <Button
            size="compact-sm"
            variant="default"
            loading={run.isPending && run.variables === row.identifier}
            onClick={() => run.mutate(row.identifier)}
            aria-label={`Run ${row.name}`}
          >
            Run
          </Button>
        ),
    },
  ];
  return (
    <ListScreen
      title="Pipelines"
      state={state}
      query={query}
      columns={columns}
      keyOf={(row) => row.identifier}
      hrefOf={(row) => paths.pipeline(project, row.identifier)}
      above={run.isError && <ProblemView error={run.error} />}
      actions={
        <Button component={Link} to={paths.newPipeline(project)}>
          New pipeline
        </Button>
      }
      empty={{
        title: 'No pipeline yet',
        text: 'A pipeline says how a service gets into an environment: its stages, their steps, and what happens when one fails.',
        action: (
          <Button variant="default" component={Link} to={paths.getStarted(project)}>
            Make one with the wizard
          </Button>
        ),
        command: `curl -X POST -H "x-api-key: $KEY" -H "content-type: application/yaml" --data-binary @pipeline.yaml \\\n  ${window.location.origin}/api/v1${paths.pipelines(project)}`,
      }}
    />
  );
}
