import { Button } from '@mantine/core';
import type { EntityKind, EntitySummary } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { queries } from '../../api/queries.ts';
import { ListScreen } from '../../components/ListScreen.tsx';
import type { Column } from '../../components/ListTable.tsx';
import { ConnectivityWord, NameCell, ScopeWord, scopeQuery } from '../../components/cells.tsx';
import { useListState } from '../../hooks/use-list-state.ts';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { paths } from '../../paths.ts';
import type { ProjectRef } from '../../paths.ts';
import { Ago } from '../../ui/Time.tsx';

export type ListedKind = Exclude<EntityKind, 'pipeline' | 'infrastructure'>;

interface KindWords {
  readonly title: string;
  readonly noun: string;
  readonly what: string;
  readonly list: (project: ProjectRef) => string;
  readonly one: (project: ProjectRef, identifier: string) => string;
  readonly make: (project: ProjectRef) => string;
  readonly columns: readonly Column<EntitySummary>[];
  readonly edit: 'core_service_edit' | 'core_environment_edit' | 'core_connector_edit' | 'core_secret_edit';
}

const name: Column<EntitySummary> = {
  head: 'Name',
  sort: 'name',
  width: '34%',
  cell: (row) => <NameCell name={row.name} under={row.description} />,
};
const identifier: Column<EntitySummary> = {
  head: 'Identifier',
  wideOnly: true,
  cell: (row) => <span className="mono">{row.identifier}</span>,
};
const scope: Column<EntitySummary> = {
  head: 'Scope',
  width: '140px',
  cell: (row) => <ScopeWord scope={row.scope} />,
};
const by: Column<EntitySummary> = {
  head: 'By',
  wideOnly: true,
  width: '16%',
  cell: (row) => row.updatedBy.name,
};
const changed: Column<EntitySummary> = {
  head: 'Changed',
  sort: 'updatedAt',
  width: '130px',
  cell: (row) => <Ago at={row.updatedAt} />,
};

const kinds: Readonly<Record<ListedKind, KindWords>> = {
  service: {
    title: 'Services',
    noun: 'service',
    what: 'A service is what you deploy: Kubernetes manifests with a name.',
    list: paths.services,
    one: paths.service,
    make: paths.newService,
    columns: [name, identifier, by, changed],
    edit: 'core_service_edit',
  },
  environment: {
    title: 'Environments',
    noun: 'environment',
    what: 'An environment is where services run, by purpose; its infrastructure definitions say in which cluster and namespace.',
    list: paths.environments,
    one: paths.environment,
    make: paths.newEnvironment,
    columns: [
      name,
      {
        head: 'Type',
        width: '18%',
        cell: (row) => (row.type === 'Production' ? 'Production' : 'Pre-Production'),
      },
      identifier,
      changed,
    ],
    edit: 'core_environment_edit',
  },
  connector: {
    title: 'Connectors',
    noun: 'connector',
    what: 'A connector holds the address of a cluster and what to sign in with; a delegate uses it.',
    list: paths.connectors,
    one: paths.connector,
    make: paths.newConnector,
    columns: [
      name,
      { head: 'Connection', width: '150px', cell: (row) => <ConnectivityWord entity={row} /> },
      {
        head: 'Last tested',
        width: '130px',
        cell: (row) =>
          row.connectivity?.lastTestedAt === undefined ? 'never' : <Ago at={row.connectivity.lastTestedAt} />,
      },
      scope,
      changed,
    ],
    edit: 'core_connector_edit',
  },
  secret: {
    title: 'Secrets',
    noun: 'secret',
    what: 'A secret is a value that is encrypted when it is saved and never shown again; documents name it.',
    list: paths.secrets,
    one: paths.secret,
    make: paths.newSecret,
    columns: [name, identifier, scope, changed],
    edit: 'core_secret_edit',
  },
};

/** The list of one kind of entity, with those of the scopes around the project. */
export function EntityListPage({ kind }: { kind: ListedKind }) {
  const project = useProject();
  const state = useListState('name');
  const words = kinds[kind];
  const mayEdit = useMay(words.edit);
  const query = useQuery(queries.entities(project, kind, { ...state.query, includeParents: 'true' }));
  const make = (
    <Button component={Link} to={words.make(project)}>
      New {words.noun}
    </Button>
  );
  return (
    <ListScreen
      title={words.title}
      state={state}
      query={query}
      columns={words.columns}
      keyOf={(row) => `${row.scope.org ?? ''}/${row.scope.project ?? ''}/${row.identifier}`}
      hrefOf={(row) => `${words.one(project, row.identifier)}${scopeQuery(row.scope)}`}
      actions={mayEdit ? make : undefined}
      empty={{
        title: `No ${words.noun} yet`,
        text: words.what,
        command: `curl -X POST -H "x-api-key: $KEY" -H "content-type: application/yaml" --data-binary @${words.noun}.yaml \\\n  ${window.location.origin}/api/v1${words.list(project)}`,
      }}
    />
  );
}
