import type { ExecutionView } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster, TestNamespace } from '@slipway/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startProcesses } from './processes.ts';
import type { Processes } from './processes.ts';
import { entitiesYaml, pipelineYaml, project, script } from './project-fixture.ts';
import { deploymentYaml } from './workload-fixture.ts';

let processes: Processes;
let cluster: TestCluster;
let namespace: TestNamespace;

beforeAll(async () => {
  cluster = await testCluster();
  namespace = await testNamespace(cluster);
  processes = await startProcesses({ kubeconfig: cluster.kubeconfigPath });
  await processes.ready();
});

afterAll(async () => {
  await processes?.stop();
  await namespace?.drop();
});

async function apply(yaml: string): Promise<void> {
  const answer = await processes.request('POST', `${project}/apply`, yaml, 'application/yaml');
  if (answer.status !== 200) throw new Error(`apply answered ${answer.status}: ${answer.text}`);
}

const view = (id: string): Promise<ExecutionView> => processes.json('GET', `${project}/executions/${id}`);

async function start(identifier: string): Promise<string> {
  const { executionId } = await processes.json<{ executionId: string }>(
    'POST',
    `${project}/pipelines/${identifier}/executions`,
    {},
  );
  return executionId;
}

const until = (id: string, condition: (seen: ExecutionView) => boolean): Promise<ExecutionView> =>
  vi.waitFor(
    async () => {
      const seen = await view(id);
      if (!condition(seen))
        throw new Error(`${seen.status}: ${seen.headline}\n${processes.said().slice(-4000)}`);
      return seen;
    },
    { timeout: 60_000, interval: 100 },
  );

it('deploys through real processes to a real API server, script output and all, and shows a failure as it rolls back', async () => {
  const steps = [
    script('ask', 'colour=green; echo "asking for <+service.name>"', {
      spec: {
        shell: 'Sh',
        source: { type: 'Inline', spec: { script: 'colour=green; echo "asking for <+service.name>"' } },
        outputVariables: [{ name: 'colour', type: 'String', value: 'colour' }],
      },
    }),
    { identifier: 'rollout', type: 'K8sRollingDeploy', spec: {}, timeout: '10m' } as const,
    script('tell', 'echo "deployed <+execution.steps.ask.output.outputVariables.colour>"'),
  ];
  const rollbackSteps = [
    { identifier: 'undo', type: 'K8sRollingRollback', spec: {}, timeout: '10m' } as const,
  ];
  await apply(entitiesYaml({ namespace: namespace.name, manifest: deploymentYaml({ image: 'nginx:1' }) }));
  await apply(pipelineYaml({ identifier: 'first', steps, rollbackSteps }));
  const id = await start('first');
  const seen = await until(id, ({ status }) => isTerminal(status));
  expect(seen.failure).toBeUndefined();
  expect(seen).toMatchObject({ status: 'SUCCEEDED', headline: 'Deployed web to staging' });
  const logs = await processes.request(
    'GET',
    `${project}/executions/${id}/logs?node=deploy.tell&section=Execute`,
  );
  expect(logs.text).toContain('deployed green');
  const pods = JSON.parse(await cluster.kubectl(['get', 'pods', '-n', namespace.name, '-o', 'json']));
  expect(pods.items).toHaveLength(3);
  const release = seen.nodes[0]?.children.find(({ node }) => node === 'deploy.$infrastructure')?.outputs?.[
    'releaseName'
  ];
  for (const pod of pods.items) expect(pod.metadata.labels['slipway.dev/release-name']).toBe(release);
  const releases = await processes.json<{ items: unknown[] }>('GET', `${project}/services/web/releases`);
  expect(releases.items).toMatchObject([
    { number: 1, status: 'succeeded', executionId: id, images: ['nginx:1'] },
  ]);

  await apply(
    entitiesYaml({ namespace: namespace.name, manifest: deploymentYaml({ image: 'nginx:does-not-exist' }) }),
  );
  const second = await start('first');
  const failing = await until(second, ({ failure }) => failure !== undefined);
  expect(failing.failure?.causes[0]?.code).toMatch(/^image\./);
  const end = await until(second, ({ status }) => isTerminal(status));
  expect(end.status).toBe('FAILED');
  expect(end.nodes[0]?.children.find(({ kind }) => kind === 'rollback')?.status).toBe('SUCCEEDED');
  const deployment = JSON.parse(
    await cluster.kubectl(['get', 'deployment', 'web', '-n', namespace.name, '-o', 'json']),
  );
  expect(deployment.spec.template.spec.containers[0].image).toBe('nginx:1');
}, 180_000);
