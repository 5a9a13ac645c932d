import { entityKinds } from '@slipway/contracts';
import type {
  ApiKeyView,
  AuditEventView,
  ConnectionTestResult,
  DelegateTokenView,
  DelegateView,
  EntityKind,
  EntityView,
  ExecutionSummary,
  ExecutionView,
  FileView,
  OrganizationView,
  ProjectView,
  ReleaseView,
  SessionView,
} from '@slipway/contracts';
import { parse } from 'yaml';
import { documents } from './example-documents.ts';

const at = '2026-03-02T09:30:00.000Z';
const later = '2026-03-02T09:30:42.000Z';
const scope = { org: 'default', project: 'default' };
const ada = { type: 'user', id: '019503f2-0000-7000-8000-000000000001', name: 'Ada' } as const;
const executionId = '019503f2-6f0e-7cc3-98c4-dc0c0c07398f';
const objectOf = (apiVersion: string, kind: string) => ({
  apiVersion,
  kind,
  namespace: 'storefront',
  name: 'web',
});

export const session: SessionView = {
  actor: { type: 'user', id: ada.id, name: ada.name, email: 'ada@example.com' },
  mustSetPassword: false,
  roles: [{ role: '_project_viewer', scope }],
  permissions: ['core_project_view', 'core_pipeline_view'],
};

export const apiKey: ApiKeyView = {
  id: 'k3v9x2m4q8tz',
  name: 'ci',
  prefix: 'slw.k3v9x2m4q8tz',
  role: '_pipeline_executor',
  scope,
  createdAt: at,
  expiresAt: '2026-05-31T09:30:00.000Z',
};

export const organization: OrganizationView = {
  identifier: 'retail',
  name: 'Retail',
  createdAt: at,
  updatedAt: at,
  version: 1,
};
export const project: ProjectView = {
  ...organization,
  identifier: 'storefront',
  name: 'Storefront',
  org: 'retail',
};

/** A saved document as the API answers it. */
export function entity(kind: EntityKind): EntityView {
  const yaml = documents[kind];
  // The documents are ours, and a test parses each by its schema.
  const root = (parse(yaml) as Record<string, { identifier: string; name: string; type?: string }>)[
    entityKinds[kind].rootKey
  ];
  return {
    kind,
    identifier: root?.identifier ?? '',
    name: root?.name ?? '',
    tags: {},
    type: root?.type ?? (kind === 'service' ? 'Kubernetes' : ''),
    scope,
    ...(kind === 'infrastructure' ? { environment: 'production' } : {}),
    // A secret's value is never answered.
    yaml: kind === 'secret' ? yaml.replace(/^ *value: .*\n/m, '') : yaml,
    version: 1,
    createdAt: at,
    createdBy: ada,
    updatedAt: at,
    updatedBy: ada,
    ...(kind === 'connector'
      ? { connectivity: { status: 'SUCCESS', lastTestedAt: at, lastConnectedAt: at } }
      : {}),
  };
}

export const connectionTest: ConnectionTestResult = {
  status: 'SUCCESS',
  steps: [
    { step: 'delegate', title: 'Delegate', status: 'succeeded', detail: 'local-delegate', durationMs: 3 },
    {
      step: 'address',
      title: 'API server',
      status: 'succeeded',
      detail: '10.96.0.1:443, Kubernetes 1.36.2',
      durationMs: 11,
    },
    {
      step: 'tls',
      title: 'Certificate',
      status: 'succeeded',
      detail: 'Valid until 2027-03-02',
      durationMs: 4,
    },
    {
      step: 'identity',
      title: 'Signed in as',
      status: 'succeeded',
      detail: 'system:serviceaccount:slipway:delegate',
      durationMs: 6,
    },
    {
      step: 'list-controllers',
      title: 'List controllers',
      status: 'succeeded',
      detail: 'Permitted in default',
      durationMs: 5,
    },
  ],
  testedAt: at,
  durationMs: 29,
  delegate: { name: 'local-delegate', instance: 'local-delegate-0' },
};

export const file: FileView = {
  path: '/storefront/deployment.yaml',
  size: 812,
  version: 3,
  contentType: 'application/yaml',
  updatedAt: at,
};

export const executionSummary: ExecutionSummary = {
  executionId,
  sequence: 42,
  pipeline: { identifier: 'deploy_storefront', name: 'Deploy storefront' },
  scope,
  status: 'RUNNING',
  headline: 'Waiting for Deployment web: 1 of 3 pods ready',
  stages: [{ identifier: 'deploy', name: 'Deploy', status: 'RUNNING' }],
  services: ['storefront'],
  environments: ['production'],
  trigger: { type: 'MANUAL', by: ada, notes: 'Release 42' },
  createdAt: at,
  startedAt: at,
};

export const execution: ExecutionView = {
  ...executionSummary,
  version: 17,
  allowedActions: { abort: true, rerun: false },
  nodes: [
    {
      node: 'deploy',
      identifier: 'deploy',
      name: 'Deploy',
      kind: 'stage',
      type: 'Deployment',
      status: 'RUNNING',
      startedAt: at,
      attempt: 1,
      retryCount: 0,
      sections: [],
      children: [
        {
          node: 'deploy.rollout',
          identifier: 'rollout',
          name: 'Rollout',
          kind: 'step',
          type: 'K8sRollingDeploy',
          status: 'TASK_WAITING',
          startedAt: at,
          deadlineAt: '2026-03-02T09:40:00.000Z',
          attempt: 1,
          retryCount: 0,
          delegate: { name: 'local-delegate', instance: 'local-delegate-0' },
          waitingFor: {
            what: 'Waiting for Deployment web: 1 of 3 pods ready',
            since: at,
            until: '2026-03-02T09:40:00.000Z',
          },
          progress: {
            sentence: 'Deployment web: 1 of 3 pods ready',
            causes: [],
            objects: [
              {
                id: 'apps/v1/Deployment/storefront/web',
                ref: objectOf('apps/v1', 'Deployment'),
                status: 'in-progress',
                summary: '1/3',
              },
            ],
            release: { name: 'storefront', number: 7, previousSuccessful: 6, namespace: 'storefront' },
          },
          sections: [
            {
              name: 'Apply',
              status: 'succeeded',
              startedAt: at,
              endedAt: later,
              lines: 12,
              truncated: false,
            },
          ],
          onFailure: 'Stage rollback',
          children: [],
        },
      ],
    },
  ],
};

export const release: ReleaseView = {
  name: 'storefront',
  number: 7,
  status: 'succeeded',
  service: 'storefront',
  environment: 'production',
  infrastructure: 'storefront_cluster',
  namespace: 'storefront',
  executionId,
  node: 'deploy.rollout',
  createdAt: at,
  endedAt: later,
  inventory: [{ ...objectOf('apps/v1', 'Deployment'), action: 'configured' }],
  images: ['registry.example.com/storefront:42'],
};

export const delegate: DelegateView = {
  name: 'local-delegate',
  scope: {},
  connected: true,
  tags: ['local-delegate', 'eu'],
  instances: [
    {
      instanceId: 'local-delegate-0',
      hostname: 'node-1',
      version: '0.1.0',
      protocolVersion: '1.0',
      connected: true,
      draining: false,
      lastHeartbeatAt: later,
      connectedAt: at,
      runningTasks: 1,
    },
  ],
  lastHeartbeatAt: later,
  createdAt: at,
};

export const delegateToken: DelegateTokenView = {
  name: 'production',
  scope: {},
  status: 'ACTIVE',
  createdAt: at,
};

export const auditEvent: AuditEventView = {
  id: '019503f2-6f0e-7cc3-98c4-000000000001',
  at,
  actor: ada,
  action: 'UPDATE',
  resource: { kind: 'environment', identifier: 'production', name: 'Production' },
  scope,
  requestId: 'build-42',
  before: 'environment:\n  name: Prod\n',
  after: 'environment:\n  name: Production\n',
};
