import { entityKindNames, entityKinds } from '@slipway/contracts';
import type { EntityKind, RouteContract } from '@slipway/contracts';
import { documents } from './example-documents.ts';
import * as views from './example-views.ts';

export interface Example {
  readonly request?: unknown;
  /** Of the first status of success. */
  readonly response?: unknown;
}

const page = (item: unknown): { items: unknown[]; total: number } => ({ items: [item], total: 1 });
const organizationBody = { identifier: 'retail', name: 'Retail' };
const projectBody = { identifier: 'storefront', name: 'Storefront' };

/** By operation. */
const examples: Readonly<Record<string, Example>> = {
  signIn: { request: { email: 'ada@example.com', password: 'ships leave at noon' }, response: views.session },
  signInByLink: { request: { token: 'the-token-of-the-link' }, response: views.session },
  getSession: { response: views.session },
  setPassword: {
    request: { password: 'ships arrive at dusk', currentPassword: 'ships leave at noon' },
    response: views.session,
  },
  listApiKeys: { response: page(views.apiKey) },
  createApiKey: {
    request: { name: 'ci', role: '_pipeline_executor', expiresInDays: 90 },
    response: { ...views.apiKey, value: 'slw.k3v9x2m4q8tz.shown-this-once' },
  },
  listOrganizations: { response: page(views.organization) },
  createOrganization: { request: organizationBody, response: views.organization },
  getOrganization: { response: views.organization },
  putOrganization: { request: organizationBody, response: views.organization },
  listProjects: { response: page(views.project) },
  createProject: { request: projectBody, response: views.project },
  getProject: { response: views.project },
  putProject: { request: projectBody, response: views.project },
  apply: {
    request: `${documents.environment}---\n${documents.infrastructure}`,
    response: {
      applied: true,
      results: [
        { index: 0, kind: 'environment', identifier: 'production', action: 'created', version: 1 },
        {
          index: 1,
          kind: 'infrastructure',
          identifier: 'storefront_cluster',
          action: 'unchanged',
          version: 4,
        },
      ],
    },
  },
  testConnectorDocument: { request: documents.connector, response: views.connectionTest },
  testConnector: { response: views.connectionTest },
  listFiles: { response: page(views.file) },
  putFile: {
    request: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n',
    response: views.file,
  },
  startExecution: {
    request: { notes: 'Release 42' },
    response: { executionId: views.execution.executionId },
  },
  listExecutions: { response: page(views.executionSummary) },
  getExecution: { response: views.execution },
  interruptExecution: { request: { type: 'AbortAll' }, response: { accepted: true } },
  listReleases: { response: page(views.release) },
  listDelegates: { response: page(views.delegate) },
  getDelegate: { response: views.delegate },
  listDelegateTokens: { response: page(views.delegateToken) },
  createDelegateToken: {
    request: { name: 'production' },
    response: { ...views.delegateToken, value: 'shown-this-once' },
  },
  revokeDelegateToken: {
    response: { ...views.delegateToken, status: 'REVOKED', revokedAt: views.delegateToken.createdAt },
  },
  getInstallation: { response: { version: '0.1.0', bootstrapped: true } },
  getSandbox: {
    response: {
      phase: 'starting',
      message: 'Starting the API server',
      steps: [
        { name: 'etcd', state: 'done' },
        { name: 'kube-apiserver', state: 'running' },
      ],
      kubernetesVersion: '1.36.2',
    },
  },
  listAuditEvents: { response: page(views.auditEvent) },
};

/** What a contract brings itself goes before; the five operations of every kind of entity share theirs. */
export function exampleOf(contract: RouteContract): Example {
  return contract.examples ?? examples[contract.operationId] ?? entityExample(contract);
}

function entityExample({ operationId, tag, rawBody }: RouteContract): Example {
  const kind = entityKindNames.find((candidate) => entityKinds[candidate].collection === tag);
  if (kind === undefined || operationId.startsWith('delete')) return {};
  if (operationId.endsWith('Referrers')) return { response: page(referrer(kind)) };
  const view = views.entity(kind);
  const { yaml: _, ...summary } = view;
  if (operationId.startsWith('list')) return { response: page(summary) };
  return { response: view, ...(rawBody === undefined ? {} : { request: documents[kind] }) };
}

/** What may refer to a kind: pipelines to most, infrastructures to connectors, connectors to secrets. */
function referrer(of: EntityKind): Record<string, unknown> {
  const kind = of === 'secret' ? 'connector' : of === 'connector' ? 'infrastructure' : 'pipeline';
  const { identifier, name, scope, environment } = views.entity(kind);
  return { kind, identifier, name, scope, ...(environment === undefined ? {} : { environment }) };
}
