import { queryOptions } from '@tanstack/react-query';
import type { EntityKind } from '@slipway/contracts';
import type { ProjectRef } from '../paths.ts';
import { entities } from './entities.ts';
import type { EntityRef, ListQuery } from './entities.ts';
import { call, callForText } from './operations.ts';
import type { ScopeRef } from './operations.ts';

/** Keys start with the topic of the live message that makes them stale. */
export const queries = {
  session: () => queryOptions({ queryKey: ['session'], queryFn: () => call('identity', 'session', {}) }),
  installation: () => queryOptions({ queryKey: ['installation'], queryFn: () => call('system', 'info', {}) }),
  sandbox: () => queryOptions({ queryKey: ['sandbox'], queryFn: () => call('system', 'sandbox', {}) }),
  orgs: () =>
    queryOptions({
      queryKey: ['scopes'],
      queryFn: () => call('scopes', 'listOrgs', {}, { query: { limit: 200 } }),
    }),
  projects: (org: string) =>
    queryOptions({
      queryKey: ['scopes', org],
      queryFn: () => call('scopes', 'listProjects', {}, { params: { org }, query: { limit: 200 } }),
    }),
  project: (project: ProjectRef) =>
    queryOptions({
      queryKey: ['scopes', project.org, project.project],
      queryFn: () => call('scopes', 'getProject', {}, { params: { ...project } }),
    }),
  entities: (scope: ScopeRef, kind: EntityKind, query: ListQuery = {}, environment?: string) =>
    queryOptions({
      queryKey: ['entity', kind, scope, 'list', query, environment ?? null],
      queryFn: () => entities.list(scope, kind, query, environment),
    }),
  entity: (scope: ScopeRef, ref: EntityRef) =>
    queryOptions({
      queryKey: ['entity', ref.kind, scope, 'one', ref.identifier, ref.environment ?? null],
      queryFn: () => entities.get(scope, ref),
    }),
  usedBy: (scope: ScopeRef, ref: EntityRef) =>
    queryOptions({
      queryKey: ['entity', ref.kind, scope, 'used-by', ref.identifier, ref.environment ?? null],
      queryFn: () => entities.usedBy(scope, ref),
    }),
  executions: (project: ProjectRef, query: ExecutionsQuery = {}) =>
    queryOptions({
      queryKey: ['execution', project, 'list', query],
      queryFn: () => call('executions', 'list', project, { query }),
    }),
  execution: (project: ProjectRef, executionId: string) =>
    queryOptions({
      queryKey: ['execution', project, 'one', executionId],
      queryFn: () => call('executions', 'get', project, { params: { executionId } }),
    }),
  executionYaml: (project: ProjectRef, executionId: string) =>
    queryOptions({
      queryKey: ['execution-yaml', project, executionId],
      queryFn: () =>
        callForText('executions', 'yaml', project, { params: { executionId }, accept: 'application/yaml' }),
      staleTime: Infinity,
    }),
  releases: (scope: ScopeRef, service: string, limit = 50) =>
    queryOptions({
      queryKey: ['execution', scope, 'releases', service, limit],
      queryFn: () => call('releases', 'list', scope, { params: { identifier: service }, query: { limit } }),
    }),
  delegates: (scope: ScopeRef, query: ListQuery = {}) =>
    queryOptions({
      queryKey: ['delegate', scope, 'list', query],
      queryFn: () => call('delegates', 'list', scope, { query: { includeParents: 'true', ...query } }),
    }),
  delegate: (scope: ScopeRef, name: string) =>
    queryOptions({
      queryKey: ['delegate', scope, 'one', name],
      queryFn: () => call('delegates', 'get', scope, { params: { name } }),
    }),
  delegateTokens: (scope: ScopeRef, query: ListQuery = {}) =>
    queryOptions({
      queryKey: ['delegate', scope, 'tokens', query],
      queryFn: () => call('delegates', 'listTokens', scope, { query }),
    }),
  files: (scope: ScopeRef, query: ListQuery = {}) =>
    queryOptions({
      queryKey: ['file', scope, 'list', query],
      queryFn: () => call('files', 'list', scope, { query }),
    }),
  file: (scope: ScopeRef, path: string) =>
    queryOptions({
      queryKey: ['file', scope, 'one', path],
      queryFn: () => callForText('files', 'get', scope, { params: { '*': path }, accept: '*/*' }),
    }),
};

export interface ExecutionsQuery extends ListQuery {
  readonly pipeline?: string | undefined;
  readonly status?: string | undefined;
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
}
