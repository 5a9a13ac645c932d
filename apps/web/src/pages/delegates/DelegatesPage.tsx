import { Button } from '@mantine/core';
import type { DelegateView } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { ListScreen } from '../../components/ListScreen.tsx';
import type { Column } from '../../components/ListTable.tsx';
import { NameCell } from '../../components/cells.tsx';
import { delegateWords, runningTasks } from '../../components/delegates.ts';
import { useListState } from '../../hooks/use-list-state.ts';
import { useProject } from '../../hooks/use-project.ts';
import { paths } from '../../paths.ts';
import { Chip } from '../../ui/Mark.tsx';
import { Ago } from '../../ui/Time.tsx';

const columns: readonly Column<DelegateView>[] = [
  {
    head: 'Name',
    sort: 'name',
    width: '28%',
    cell: (row) => <NameCell name={row.name} under={row.description} />,
  },
  {
    head: 'Connection',
    width: '160px',
    cell: (row) => (
      <Chip tone={row.connected ? 'ok' : 'warn'}>{row.connected ? 'Connected' : 'Not connected'}</Chip>
    ),
  },
  { head: 'Instances', cell: (row) => delegateWords(row) },
  {
    head: 'Tasks',
    width: '80px',
    wideOnly: true,
    cell: (row) => <span className="nums">{runningTasks(row)}</span>,
  },
  {
    head: 'Version',
    width: '110px',
    wideOnly: true,
    cell: (row) => [...new Set(row.instances.map((instance) => instance.version))].join(', '),
  },
  {
    head: 'Last heartbeat',
    width: '140px',
    cell: (row) => (row.lastHeartbeatAt === undefined ? 'never' : <Ago at={row.lastHeartbeatAt} />),
  },
  { head: 'Tags', wideOnly: true, cell: (row) => row.tags.join(', ') },
];

export function DelegatesPage() {
  const project = useProject();
  const state = useListState('name');
  const query = useQuery(queries.delegates(project, state.query));
  const install = (
    <Button component={Link} to={paths.installDelegate(project)}>
      Install delegate
    </Button>
  );
  return (
    <ListScreen
      title="Delegates"
      state={state}
      query={query}
      columns={columns}
      keyOf={(row) => row.name}
      hrefOf={(row) => paths.delegate(project, row.name)}
      actions={
        <>
          <Button variant="default" component={Link} to={paths.delegateTokens(project)}>
            Tokens
          </Button>
          {install}
        </>
      }
      empty={{
        title: 'No delegate yet',
        text: 'A delegate is the agent that deploys: it runs in or beside your cluster and dials out to Slipway. Nothing needs to be opened towards the cluster.',
      }}
    />
  );
}
