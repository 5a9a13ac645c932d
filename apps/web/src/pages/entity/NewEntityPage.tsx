import type { EntityKind } from '@slipway/contracts';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useParams } from 'react-router';
import { call } from '../../api/operations.ts';
import { EntityEditor } from '../../components/EntityEditor.tsx';
import { ProblemView } from '../../components/ProblemView.tsx';
import { SandboxPanel } from '../../components/SandboxPanel.tsx';
import { TestResult } from '../../components/TestResult.tsx';
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

/** A new entity as form and YAML. A connector can be tested before it is saved. */
export function NewEntityPage({ kind }: { kind: EntityKind }) {
  const project = useProject();
  const scope = useEntityScope();
  const navigate = useNavigate();
  const { environment = '' } = useParams();
  const words = kindWords[kind];
  const test = useMutation({
    mutationFn: (yaml: string) => call('connectionTests', 'testDocument', scope, { yaml }),
  });
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
        <EntityEditor
          scope={scope}
          kind={kind}
          {...(kind === 'infrastructure' ? { environment } : {})}
          initialText={blank[kind](project, environment)}
          form={entityForms[kind]}
          word={`Save ${words.noun}`}
          onText={test.reset}
          onSaved={(view) =>
            void navigate(`${words.one(project, view.identifier, environment)}${scopeQuery(view.scope)}`)
          }
          {...(kind === 'connector'
            ? {
                secondary: (text: string) => (
                  <Button variant="default" loading={test.isPending} onClick={() => test.mutate(text)}>
                    Test connection
                  </Button>
                ),
                below: (
                  <>
                    <SandboxPanel />
                    {test.isError && <ProblemView error={test.error} />}
                    {test.data !== undefined && <TestResult result={test.data} />}
                  </>
                ),
              }
            : {})}
        />
      </div>
    </>
  );
}
