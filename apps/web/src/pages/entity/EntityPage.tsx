import type { EntityKind, EntityView } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy } from 'react';
import type { ReactNode } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { EntityRef } from '../../api/entities.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { ScopeWord } from '../../components/cells.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { useMay } from '../../hooks/use-session.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import { Facts, Panel } from '../../ui/Panel.tsx';
import { Ago } from '../../ui/Time.tsx';
import { Placeholder } from '../../ui/Placeholder.tsx';
import { YamlText } from '../../ui/YamlText.tsx';
import { paths } from '../../paths.ts';
import { DeleteButton } from './DeleteButton.tsx';
import { UsedBy } from './UsedBy.tsx';
import { kindWords } from './kind-words.ts';
import { useEntityScope } from './scope-param.ts';
import { ConnectorOverview } from './ConnectorOverview.tsx';
import { EnvironmentOverview } from './EnvironmentOverview.tsx';
import type { OverviewProps } from './overview-props.ts';
import { PipelineOverview, RunButton } from './PipelineOverview.tsx';
import { ServiceOverview } from './ServiceOverview.tsx';
import classes from './Entity.module.css';

const EntityEditTab = lazy(async () => ({ default: (await import('./EntityEditTab.tsx')).EntityEditTab }));

const overviews: Readonly<Partial<Record<EntityKind, (props: OverviewProps) => ReactNode>>> = {
  service: ServiceOverview,
  environment: EnvironmentOverview,
  connector: ConnectorOverview,
  pipeline: PipelineOverview,
};

function Tabs({ tab }: { tab: 'overview' | 'edit' }) {
  const [params] = useSearchParams();
  const to = (name: string | null) => {
    const next = new URLSearchParams(params);
    if (name === null) next.delete('tab');
    else next.set('tab', name);
    return `?${next.toString()}`;
  };
  return (
    <nav className={classes.tabs} aria-label="Parts of the page">
      <Link to={to(null)} aria-current={tab === 'overview' ? 'page' : undefined}>
        Overview
      </Link>
      <Link to={to('edit')} aria-current={tab === 'edit' ? 'page' : undefined}>
        Edit
      </Link>
    </nav>
  );
}

function About({ entity }: { entity: EntityView }) {
  const identifier = <span className="mono">{entity.identifier}</span>;
  return (
    <Panel title="About">
      <Facts
        facts={[
          ['Identifier', identifier],
          ['Description', entity.description],
          ['Type', entity.type],
          [
            'Tags',
            Object.keys(entity.tags).length > 0 &&
              Object.entries(entity.tags)
                .map(([key, value]) => (value === '' ? key : `${key}: ${value}`))
                .join(', '),
          ],
          ['Version', String(entity.version)],
          [
            'Changed',
            <>
              <Ago at={entity.updatedAt} /> by {entity.updatedBy.name}
            </>,
          ],
          [
            'Created',
            <>
              <Ago at={entity.createdAt} /> by {entity.createdBy.name}
            </>,
          ],
        ]}
      />
    </Panel>
  );
}

function Overview({ scope, entity, entityRef }: OverviewProps & { entityRef: EntityRef }) {
  const Kind = overviews[entity.kind];
  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        {Kind !== undefined && <Kind scope={scope} entity={entity} />}
        <Panel title={`${entity.kind}.yaml`} flush>
          <YamlText text={entity.yaml} label={`${entity.kind}.yaml`} />
        </Panel>
      </div>
      <div className={classes.side}>
        <About entity={entity} />
        <UsedBy scope={scope} entityRef={entityRef} />
      </div>
    </div>
  );
}

/** One entity: what its screen answers first, its YAML, who uses it; *Edit* changes it as form and YAML. */
export function EntityPage({ kind }: { kind: EntityKind }) {
  const project = useProject();
  const scope = useEntityScope();
  const [params, setParams] = useSearchParams();
  const { identifier = '', environment } = useParams();
  const words = kindWords[kind];
  const mayEdit = useMay(words.edit);
  const mayRemove = useMay(words.remove);
  const entityRef: EntityRef = { kind, identifier, environment };
  const query = useQuery(queries.entity(scope, entityRef));
  const tab = params.get('tab') === 'edit' && mayEdit ? 'edit' : 'overview';
  const leave = () =>
    setParams((current) => {
      current.delete('tab');
      return current;
    });
  return (
    <Loaded query={query} page rows={6}>
      {(entity) => (
        <>
          <PageHeader
            title={entity.name}
            crumbs={[
              ...(kind === 'infrastructure'
                ? [{ word: 'Environments', to: paths.environments(project) }]
                : []),
              {
                word: kind === 'infrastructure' ? (environment ?? '') : words.plural,
                to: words.list(project, environment ?? ''),
              },
              { word: entity.name },
            ]}
            aside={<ScopeWord scope={entity.scope} />}
            actions={
              <>
                {mayRemove && (
                  <DeleteButton
                    scope={scope}
                    entityRef={entityRef}
                    entity={entity}
                    noun={words.noun}
                    leadsTo={words.list(project, environment ?? '')}
                  />
                )}
                {kind === 'pipeline' && tab === 'overview' && <RunButton identifier={identifier} />}
              </>
            }
          >
            {mayEdit && <Tabs tab={tab} />}
          </PageHeader>
          <div className={classes.body}>
            {tab === 'edit' ? (
              <Suspense fallback={<Placeholder rows={8} />}>
                <EntityEditTab
                  key={entity.identifier}
                  scope={scope}
                  environment={environment}
                  entity={entity}
                  onSaved={leave}
                />
              </Suspense>
            ) : (
              <Overview scope={scope} entity={entity} entityRef={entityRef} />
            )}
          </div>
        </>
      )}
    </Loaded>
  );
}
