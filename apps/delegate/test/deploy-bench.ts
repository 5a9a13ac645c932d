import { randomBytes } from 'node:crypto';
import { afterAll } from 'vitest';
import type { Progress, RollingDeployTask, RollingRollbackTask, TaskOutcome } from '@slipway/contracts';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster, TestNamespace } from '@slipway/testing';
import type { KubernetesObject } from '@slipway/deploy-engine';
import type { Cluster } from '../src/cluster/cluster.ts';
import { createClusters } from '../src/cluster/clusters.ts';
import { rollingDeploy } from '../src/tasks/rolling-deploy.ts';
import { rollingRollback } from '../src/tasks/rolling-rollback.ts';
import type { TaskContext } from '../src/tasks/task.ts';

/** What a task showed while it ran, and how it ended. */
export interface TaskRun {
  outcome: TaskOutcome;
  /** The text of each section of the log. */
  sections: Map<string, { text: string; status: string | undefined }>;
  progress: Progress[];
  /** The failure's code, or the kind of another outcome. */
  verdict: string;
}

export interface RunOptions {
  signal?: AbortSignal;
  /** Called right before each write; throws a `LeaseEndedError` to play a crash. */
  beforeWrite?: () => void;
  deadlineAt?: number;
  onProgress?: (progress: Progress) => void;
}

/** One namespace with one release name, and the tasks that deploy to it. */
export interface DeployBench {
  cluster: TestCluster;
  namespace: string;
  releaseName: string;
  deploy(
    manifests: string | Record<string, string>,
    fields?: Partial<RollingDeployTask> & RunOptions,
  ): Promise<TaskRun>;
  rollback(of: { executionId: string; node?: string }, options?: RunOptions): Promise<TaskRun>;
  get(apiVersion: string, kind: string, name: string): Promise<KubernetesObject | null>;
  list(apiVersion: string, kind: string): Promise<KubernetesObject[]>;
  /** The administrator's. */
  client: Cluster;
  /** With the identity of the tasks. */
  taskClient: Cluster;
}

/** A bench of its own for each test. With a kubeconfig the tasks run under another identity than the administrator's. */
export async function deployBench(
  options: { kubeconfig?: string; namespace?: string } = {},
): Promise<DeployBench> {
  const cluster = await testCluster();
  const namespace = options.namespace ?? (await ownNamespace(cluster)).name;
  const releaseName = `release-${randomBytes(4).toString('hex')}`;
  const clusters = createClusters({
    inherited: { kubeconfig: options.kubeconfig ?? cluster.kubeconfigPath, environment: {} },
    local: true,
  });
  const admin = createClusters({
    inherited: { kubeconfig: cluster.kubeconfigPath, environment: {} },
    local: true,
  });
  const secret = async (): Promise<string> => '';
  const { cluster: client } = await admin.open({ type: 'inherit' }, { secret, beforeWrite: () => undefined });
  const { cluster: taskClient } = await clusters.open(
    { type: 'inherit' },
    { secret, beforeWrite: () => undefined },
  );
  let sequence = 0;
  const contextFor = (
    run: Recorder,
    { signal, beforeWrite, deadlineAt, onProgress }: RunOptions,
  ): TaskContext => ({
    taskId: 'task',
    attempt: 1,
    delegate: { name: 'bench', instanceId: 'bench-1', local: true },
    signal: signal ?? new AbortController().signal,
    lease: { held: true, assertHeld: () => undefined },
    deadlineAt,
    secrets: { value: secret, text: secret, mask: () => undefined },
    section: run.section,
    progress: (progress) => {
      run.progress.push(progress);
      onProgress?.(progress);
    },
    workFolder: async () => '/nowhere',
    connection: (access) => clusters.settings(access, secret),
    cluster: async (access) =>
      (await clusters.open(access, { secret, beforeWrite: () => beforeWrite?.() })).cluster,
  });
  const base = {
    access: { type: 'inherit' as const },
    namespace,
    releaseName,
    owner: { installation: 'bench', service: 'web', environment: 'test', infrastructure: 'sandbox' },
  };
  return {
    cluster,
    namespace,
    releaseName,
    client,
    taskClient,
    deploy: async (manifests, fields = {}) => {
      const { signal, beforeWrite, deadlineAt, onProgress, ...overrides } = fields;
      sequence += 1;
      const run = createRecorder();
      const files = typeof manifests === 'string' ? { 'manifests.yaml': manifests } : manifests;
      const payload: RollingDeployTask = {
        ...base,
        step: {
          executionId: `execution-${sequence}`,
          node: 'deploy.rollout',
          pipeline: 'web',
          sequence,
          startedBy: 'bench',
        },
        manifests: Object.entries(files).map(([path, content]) => ({ path, content })),
        skipDryRun: false,
        pruningEnabled: false,
        forceConflicts: false,
        skipResourceVersioning: false,
        retention: 10,
        ...overrides,
      };
      const context = contextFor(run, {
        ...(signal === undefined ? {} : { signal }),
        ...(beforeWrite === undefined ? {} : { beforeWrite }),
        ...(deadlineAt === undefined ? {} : { deadlineAt }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      return run.finish(await rollingDeploy.run(payload, context));
    },
    rollback: async ({ executionId, node = 'deploy.rollout' }, runOptions = {}) => {
      const run = createRecorder();
      const payload: RollingRollbackTask = {
        ...base,
        step: { executionId, node: 'deploy.rollback', pipeline: 'web', sequence, startedBy: 'bench' },
        deployNode: node,
        pruningEnabled: false,
      };
      return run.finish(await rollingRollback.run(payload, contextFor(run, runOptions)));
    },
    get: (apiVersion, kind, name) => client.get({ apiVersion, kind, namespace, name }),
    list: async (apiVersion, kind) => (await client.list({ apiVersion, kind, namespace })).items,
  };
}

interface Recorder {
  section: TaskContext['section'];
  progress: Progress[];
  finish(outcome: TaskOutcome): TaskRun;
}

function createRecorder(): Recorder {
  const sections: TaskRun['sections'] = new Map();
  const progress: Progress[] = [];
  return {
    progress,
    section: (name) => {
      const section: { text: string; status: string | undefined } = { text: '', status: undefined };
      sections.set(name, section);
      return {
        line: (text, level = 'info') => {
          section.text += `${level === 'info' ? '' : `[${level}] `}${text}\n`;
        },
        end: (status) => {
          section.status = status;
        },
        stream: () => ({ write: () => undefined, end: () => undefined }),
        drained: async () => undefined,
      };
    },
    finish: (outcome) => ({
      outcome,
      sections,
      progress,
      verdict: outcome.kind === 'failed' ? outcome.failure.code : outcome.kind,
    }),
  };
}

const namespaces: TestNamespace[] = [];

async function ownNamespace(cluster: TestCluster): Promise<TestNamespace> {
  const namespace = await testNamespace(cluster, { prefix: 'deploy' });
  namespaces.push(namespace);
  return namespace;
}

afterAll(async () => {
  await Promise.all(namespaces.splice(0).map((namespace) => namespace.drop()));
});

/** A Deployment `web` with the usual parts; `extra` goes into the pod template's annotations, `container` into its container. */
export function webDeployment(
  fields: {
    replicas?: number;
    image?: string;
    behaviour?: string;
    annotations?: Record<string, string>;
    container?: string;
    spec?: string;
  } = {},
): string {
  const annotations = {
    ...(fields.behaviour === undefined ? {} : { 'sandbox.slipway.dev/behaviour': fields.behaviour }),
    ...fields.annotations,
  };
  const lines = Object.entries(annotations).map(
    ([name, value]) => `        ${name}: ${JSON.stringify(value)}`,
  );
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
${fields.replicas === undefined ? '' : `  replicas: ${fields.replicas}\n`}${fields.spec ?? ''}  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
${lines.length === 0 ? '' : `      annotations:\n${lines.join('\n')}\n`}    spec:
      containers:
        - name: web
          image: ${fields.image ?? 'registry.example/web:1'}
${fields.container ?? ''}`;
}
