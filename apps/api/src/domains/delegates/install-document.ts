import { stringify } from 'yaml';

export interface InstallRequest {
  readonly name: string;
  readonly profile: 'cluster-admin' | 'namespace-admin';
  /** Where a namespace admin may work. */
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly token: string;
  /** Address of the control plane, as the cluster sees it. */
  readonly url: string;
  readonly version: string;
}

const HOME = 'slipway-delegate';
const HEALTH_PORT = 7481;
const USER_ID = 10_001;

/** The YAML that installs a delegate with `kubectl apply -f`. It holds the token: whoever reads it may run a delegate. */
export function installDocument(request: InstallRequest): string {
  const documents = [
    namespace(HOME),
    serviceAccount(request),
    ...rights(request),
    tokenSecret(request),
    deployment(request),
  ];
  return `${heading(request)}${documents.map((document) => stringify(document, { lineWidth: 0 })).join('---\n')}`;
}

function heading({ name, profile, namespace: place, url }: InstallRequest): string {
  const rightsLine =
    profile === 'cluster-admin'
      ? 'It may do everything in the cluster (cluster-admin).'
      : `It may work in the namespace ${place} alone (admin). In connectors choose "Skip default namespace validation".`;
  const { hostname } = new URL(url);
  const unreachable = ['localhost', '127.0.0.1', '::1', '[::1]'].includes(hostname)
    ? `# ATTENTION: pods cannot reach ${url}. Set SLIPWAY_URL below to an address of the control plane that they can reach.\n`
    : '';
  return `# Slipway delegate "${name}". Install it with: kubectl apply -f <this file>\n# ${rightsLine}\n# It dials ${url}; nothing dials it. This file holds its token: keep it secret.\n${unreachable}`;
}

const labelsOf = (name: string): Record<string, string> => ({
  'app.kubernetes.io/name': 'slipway-delegate',
  'app.kubernetes.io/instance': name,
});

function namespace(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function serviceAccount({ name }: InstallRequest): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: HOME, labels: labelsOf(name) },
  };
}

function rights({ name, profile, namespace: place }: InstallRequest): object[] {
  const subjects = [{ kind: 'ServiceAccount', name, namespace: HOME }];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const roleOf = (role: string): object => ({
    apiGroup: 'rbac.authorization.k8s.io',
    kind: 'ClusterRole',
    name: role,
  });
  if (profile === 'cluster-admin') {
    const metadata = { name: `slipway-delegate-${name}`, labels: labelsOf(name) };
    return [{ apiVersion, kind: 'ClusterRoleBinding', metadata, roleRef: roleOf('cluster-admin'), subjects }];
  }
  const metadata = { name: `slipway-delegate-${name}`, namespace: place, labels: labelsOf(name) };
  const binding = { apiVersion, kind: 'RoleBinding', metadata, roleRef: roleOf('admin'), subjects };
  return place === 'default' ? [binding] : [namespace(place), binding];
}

function tokenSecret({ name, token }: InstallRequest): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `${name}-token`, namespace: HOME, labels: labelsOf(name) },
    type: 'Opaque',
    stringData: { SLIPWAY_DELEGATE_TOKEN: token },
  };
}

function deployment(request: InstallRequest): object {
  const { name } = request;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: HOME, labels: labelsOf(name) },
    spec: {
      replicas: 1,
      selector: { matchLabels: labelsOf(name) },
      template: {
        metadata: { labels: labelsOf(name) },
        spec: {
          serviceAccountName: name,
          // Longer than a delegate drains.
          terminationGracePeriodSeconds: 600,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: USER_ID,
            runAsGroup: USER_ID,
            fsGroup: USER_ID,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [container(request)],
          volumes: [
            { name: 'state', emptyDir: {} },
            { name: 'tmp', emptyDir: {} },
          ],
        },
      },
    },
  };
}

function container({ name, tags, url, version }: InstallRequest): object {
  const probe = (path: string, periodSeconds: number): object => ({
    httpGet: { path, port: 'health' },
    periodSeconds,
    timeoutSeconds: 3,
  });
  return {
    name: 'delegate',
    image: `slipway/delegate:${version}`,
    env: [
      { name: 'SLIPWAY_URL', value: url },
      { name: 'SLIPWAY_DELEGATE_NAME', value: name },
      { name: 'SLIPWAY_DELEGATE_TAGS', value: tags.join(',') },
      { name: 'SLIPWAY_DELEGATE_STATE_DIR', value: '/var/lib/slipway' },
      { name: 'SLIPWAY_DELEGATE_HEALTH_PORT', value: String(HEALTH_PORT) },
      // A quarter less memory for a program that waits most of its life.
      { name: 'NODE_OPTIONS', value: '--max-semi-space-size=1' },
      { name: 'NODE_COMPILE_CACHE', value: '/var/lib/slipway/compile-cache' },
    ],
    envFrom: [{ secretRef: { name: `${name}-token` } }],
    ports: [{ name: 'health', containerPort: HEALTH_PORT }],
    livenessProbe: { ...probe('/healthz', 20), failureThreshold: 3 },
    readinessProbe: probe('/readyz', 5),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'state', mountPath: '/var/lib/slipway' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}
