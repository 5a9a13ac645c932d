import type { EntityKind, Permission } from '@slipway/contracts';
import { paths } from '../../paths.ts';
import type { ProjectRef } from '../../paths.ts';

export interface KindWords {
  readonly noun: string;
  readonly plural: string;
  readonly list: (project: ProjectRef, environment: string) => string;
  readonly one: (project: ProjectRef, identifier: string, environment: string) => string;
  readonly edit: Permission;
  readonly remove: Permission;
}

export const kindWords: Readonly<Record<EntityKind, KindWords>> = {
  service: {
    noun: 'service',
    plural: 'Services',
    list: paths.services,
    one: paths.service,
    edit: 'core_service_edit',
    remove: 'core_service_delete',
  },
  environment: {
    noun: 'environment',
    plural: 'Environments',
    list: paths.environments,
    one: paths.environment,
    edit: 'core_environment_edit',
    remove: 'core_environment_delete',
  },
  infrastructure: {
    noun: 'infrastructure definition',
    plural: 'Infrastructure',
    list: (project, environment) => paths.environment(project, environment),
    one: (project, identifier, environment) => paths.infrastructure(project, environment, identifier),
    edit: 'core_environment_edit',
    remove: 'core_environment_delete',
  },
  connector: {
    noun: 'connector',
    plural: 'Connectors',
    list: paths.connectors,
    one: paths.connector,
    edit: 'core_connector_edit',
    remove: 'core_connector_delete',
  },
  secret: {
    noun: 'secret',
    plural: 'Secrets',
    list: paths.secrets,
    one: paths.secret,
    edit: 'core_secret_edit',
    remove: 'core_secret_delete',
  },
  pipeline: {
    noun: 'pipeline',
    plural: 'Pipelines',
    list: paths.pipelines,
    one: paths.pipeline,
    edit: 'core_pipeline_edit',
    remove: 'core_pipeline_delete',
  },
};
