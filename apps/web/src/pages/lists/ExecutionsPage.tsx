import { Button, Select } from '@mantine/core';
import type { ExecutionSummary } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { ListScreen } from '../../components/ListScreen.tsx';
import type { Column } from '../../components/ListTable.tsx';
import { NameCell, StageMarks } from '../../components/cells.tsx';
import { StatusMark } from '../../components/StatusChip.tsx';
import { failedStatusFilter, liveStatusFilter } from '../../components/execution-status.ts';
import { useListState } from '../../hooks/use-list-state.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Ago, Elapsed } from '../../ui/Time.tsx';
import classes from './lists.module.css';

const statusFilters = [
  { value: '', label: 'Any status', statuses: '' },
  { value: 'live', label: 'Running or waiting', statuses: liveStatusFilter },
  { value: 'failed', label: 'Failed', statuses: failedStatusFilter },
  { value: 'succeeded', label: 'Succeeded', statuses: 'SUCCEEDED' },
  { value: 'aborted', label: 'Aborted', statuses: 'ABORTED' },
] as const;

const columns: readonly Column<ExecutionSummary>[] = [
  {
    head: 'Execution',
    width: '21%',
    cell: (row) => (
      <span className={classes.marked}>
        <StatusMark status={row.status} />
        <span>
          {row.pipeline.name} <span className={classes.sequence}>#{row.sequence}</span>
        </span>
      </span>
    ),
  },
  { head: 'State', cell: (row) => <span className={classes.clamped}>{row.headline}</span> },
  { head: 'Stages', width: '88px', wideOnly: true, cell: (row) => <StageMarks execution={row} /> },
  {
    head: 'Deploys',
    width: '14%',
    wideOnly: true,
    cell: (row) => <NameCell name={row.services.join(', ')} under={row.environments.join(', ')} />,
  },
  { head: 'By', width: '11%', wideOnly: true, cell: (row) => row.trigger.by.name },
  { head: 'Started', width: '108px', cell: (row) => <Ago at={row.createdAt} /> },
  {
    head: 'Took',
    width: '100px',
    cell: (row) => (row.startedAt === undefined ? '' : <Elapsed from={row.startedAt} to={row.endedAt} />),
  },
];

export function ExecutionsPage() {
  const project = useProject();
  const state = useListState('-createdAt');
  const status = statusFilters.find((filter) => filter.value === state.filter('status')) ?? statusFilters[0];
  const query = useQuery(queries.executions(project, { ...state.query, status: status.statuses }));
  return (
    <ListScreen
      title="Executions"
      state={state}
      query={query}
      columns={columns}
      keyOf={(row) => row.executionId}
      hrefOf={(row) => paths.execution(project, row.executionId)}
      filtered={status.value !== ''}
      filters={
        <Select
          aria-label="Status"
          w={180}
          allowDeselect={false}
          data={statusFilters.map(({ value, label }) => ({ value, label }))}
          value={status.value}
          onChange={(value) => state.set('status', value ?? '')}
        />
      }
      empty={{
        title: 'Nothing has run yet',
        text: 'An execution is one run of a pipeline: what it did, when, and why it failed if it did.',
        action: (
          <Button component={Link} to={paths.getStarted(project)}>
            Deploy something
          </Button>
        ),
        command: `curl -X POST -H "x-api-key: $KEY" -H "content-type: application/json" -d "{}" \\\n  ${window.location.origin}/api/v1${paths.pipelines(project)}/PIPELINE/executions`,
      }}
    />
  );
}
