import type { EntityKind, EntityView } from '@slipway/contracts';
import { useNavigate, useParams } from 'react-router';
import { ConnectorEditor } from '../../components/ConnectorEditor.tsx';
import { EntityEditor } from '../../components/EntityEditor.tsx';
import {
  connectorDocument,
  environmentDocument,
  infrastructureDocument,
  pipelineDocument,
  secretDocument,
  serviceDocument,
} from '../../document/templates.ts';
import { entityForms } from '../../forms/entity-forms.tsx';
import { useProject } from '../../hooks/use-project.ts';
import { PageHeader } from '../../layouts/PageHeader.tsx';
import type { ProjectRef } from '../../paths.ts';
import { scopeQuery } from '../../components/cells.tsx';
import { kindWords } from './kind-words.ts';
import { useEntityScope } from './scope-param.ts';
import classes from './Entity.module.css';

const unnamed = { name: '', identifier: '' };

const blank: Readonly<Record<EntityKind, (project: ProjectRef, environment: string) => string>> = {
  service: (project) => serviceDocument(project, unnamed, ''),
  environment: (project) => environmentDocument(project, unnamed),
  connector: (project) => connectorDocument(project, unnamed, []),
  infrastructure: (project, environment) =>
    infrastructureDocument(project, unnamed, environment, '', 'default'),
  secret: (project) => secretDocument(project, unnamed, ''),
  pipeline: (project) =>
    pipelineDocument(project, unnamed, { service: '', environment: '', infrastructure: '' }),
};

/** A new entity as form and YAML. */
export function NewEntityPage({ kind }: { kind: EntityKind }) {
  const project = useProject();
  const scope = useEntityScope();
  const navigate = useNavigate();
  const { environment = '' } = useParams();
  const words = kindWords[kind];
  const common = {
    scope,
    ...(kind === 'infrastructure' ? { environment } : {}),
    initialText: blank[kind](project, environment),
    word: `Save ${words.noun}`,
    onSaved: (view: EntityView) =>
      void navigate(`${words.one(project, view.identifier, environment)}${scopeQuery(view.scope)}`),
  };
  return (
    <>
      <PageHeader
        title={`New ${words.noun}`}
        crumbs={[
          {
            word: kind === 'infrastructure' ? environment : words.plural,
            to: words.list(project, environment),
          },
          { word: `New ${words.noun}` },
        ]}
      />
      <div className={classes.body}>
        {kind === 'connector' ? (
          <ConnectorEditor {...common} />
        ) : (
          <EntityEditor {...common} kind={kind} form={entityForms[kind]} />
        )}
      </div>
    </>
  );
}
