import { Button } from '@mantine/core';
import type { FileView } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { ListScreen } from '../../components/ListScreen.tsx';
import type { Column } from '../../components/ListTable.tsx';
import { useListState } from '../../hooks/use-list-state.ts';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { paths } from '../../paths.ts';
import { Ago } from '../../ui/Time.tsx';

const sizeText = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1_048_576).toFixed(1)} MiB`;

const columns: readonly Column<FileView>[] = [
  { head: 'Path', sort: 'path', cell: (row) => <span className="mono">/{row.path.replace(/^\//, '')}</span> },
  { head: 'Size', width: '120px', cell: (row) => <span className="nums">{sizeText(row.size)}</span> },
  {
    head: 'Version',
    width: '100px',
    wideOnly: true,
    cell: (row) => <span className="nums">{row.version}</span>,
  },
  { head: 'Changed', width: '140px', sort: 'updatedAt', cell: (row) => <Ago at={row.updatedAt} /> },
];

export function FilesPage() {
  const project = useProject();
  const state = useListState('path');
  const mayEdit = useMay('core_file_edit');
  const query = useQuery(queries.files(project, state.query));
  return (
    <ListScreen
      title="Files"
      state={state}
      query={query}
      columns={columns}
      keyOf={(row) => row.path}
      hrefOf={(row) => paths.file(project, row.path)}
      actions={
        mayEdit && (
          <Button component={Link} to={paths.newFile(project)}>
            New file
          </Button>
        )
      }
      empty={{
        title: 'No file yet',
        text: 'The file store keeps manifests that services refer to as /path.',
        command: `curl -X PUT -H "x-api-key: $KEY" --data-binary @web.yaml \\\n  ${window.location.origin}/api/v1${paths.files(project)}/manifests/web.yaml`,
      }}
    />
  );
}
