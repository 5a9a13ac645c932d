import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionView } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster, TestNamespace } from '@slipway/testing';
import { createDatabase } from '../src/platform/database.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
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
  await apply(entitiesYaml({ namespace: namespace.name, manifest: deploymentYaml({ image: 'nginx:1' }) }));
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

/** The fewest ready pods a Deployment has had since. */
function watchReady(name: string): { least(): Promise<number> } {
  const where = `/apis/apps/v1/namespaces/${namespace.name}/deployments/${name}`;
  let watching = true;
  let least = Number.POSITIVE_INFINITY;
  const look = async (): Promise<void> => {
    while (watching) {
      // A Deployment, as the API server writes it.
      const seen = (await cluster.api.json('GET', where)) as { status: { readyReplicas?: number } };
      least = Math.min(least, seen.status.readyReplicas ?? 0);
    }
  };
  const looking = look();
  return {
    least: async () => {
      watching = false;
      await looking;
      return least;
    },
  };
}

/** Every table of the database as text: what is stored in the clear shows in it. */
async function tablesThatHold(text: string): Promise<string[]> {
  const database = createDatabase(processes.databaseUrl, { maxConnections: 2 });
  try {
    const tables = await database.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'graphile_worker')`,
    );
    const holding: string[] = [];
    for (const { name } of tables.rows) {
      const found = await database.pool.query(`select 1 from ${name} t where t::text like $1 limit 1`, [
        `%${text}%`,
      ]);
      if (found.rowCount !== 0) holding.push(name);
    }
    return holding;
  } finally {
    await database.close();
  }
}

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
  const ready = watchReady('web');
  const failing = await until(second, ({ failure }) => failure !== undefined);
  expect(failing.failure?.causes[0]?.code).toMatch(/^image\./);
  const end = await until(second, ({ status }) => isTerminal(status));
  expect(end.status).toBe('FAILED');
  expect(await ready.least()).toBe(3);
  expect(end.nodes[0]?.children.find(({ kind }) => kind === 'rollback')?.status).toBe('SUCCEEDED');
  const deployment = JSON.parse(
    await cluster.kubectl(['get', 'deployment', 'web', '-n', namespace.name, '-o', 'json']),
  );
  expect(deployment.spec.template.spec.containers[0].image).toBe('nginx:1');
}, 180_000);

const logsOf = async (id: string, node: string): Promise<string> =>
  (await processes.request('GET', `${project}/executions/${id}/logs?node=${node}&section=Execute`)).text;

const nodeOf = (seen: ExecutionView, node: string) => {
  const all = seen.nodes.flatMap((stage) => stage.children.flatMap((child) => [child, ...child.children]));
  const found = all.find((each) => each.node === node);
  if (found === undefined) throw new Error(`no node ${node}`);
  return found;
};

it('hands a secret on from step to step, and shows it nowhere', async () => {
  const canary = `canary-${Math.random().toString(36).slice(2)}-${Date.now()}`;
  await apply(
    stringify({
      secret: { name: 'canary', identifier: 'canary', type: 'SecretText', spec: { value: canary } },
    }),
  );
  const steps = [
    script('give', '', {
      spec: {
        shell: 'Sh',
        source: {
          type: 'Inline',
          spec: { script: 'key="<+secrets.getValue("canary")>"; echo "it is $key"' },
        },
        outputVariables: [{ name: 'key', type: 'Secret', value: 'key' }],
      },
    }),
    script('take', '', {
      spec: {
        shell: 'Sh',
        source: {
          type: 'Inline',
          spec: { script: 'echo "$KEY" | wc -c; echo "again $KEY"; test "$KEY" = "$OTHER"' },
        },
        environmentVariables: [
          { name: 'KEY', type: 'String', value: '<+execution.steps.give.output.outputVariables.key>' },
          { name: 'OTHER', type: 'String', value: '<+secrets.getValue("canary")>' },
        ],
      },
    }),
  ];
  await apply(pipelineYaml({ identifier: 'secretive', steps }));
  const id = await start('secretive');
  const seen = await until(id, ({ status }) => isTerminal(status));
  expect(seen.failure).toBeUndefined();
  expect(await logsOf(id, 'deploy.give')).toContain('it is ***');
  expect(await logsOf(id, 'deploy.take')).toContain(` ${canary.length + 1}\n`);
  expect(nodeOf(seen, 'deploy.give').outputs).toEqual({ key: '*****' });
  for (const text of [
    JSON.stringify(seen),
    await logsOf(id, 'deploy.give'),
    await logsOf(id, 'deploy.take'),
    processes.said(),
  ]) {
    expect(text).not.toContain(canary);
  }
  expect(await tablesThatHold(canary)).toEqual([]);
  // The search itself finds what there is.
  expect(await tablesThatHold('secretive')).toContain('public.execution');
}, 120_000);

it('kills a running script when the execution is aborted', async () => {
  const marker = path.join(processes.folder, 'beats');
  const steps = [
    script('endless', `while true; do echo beat >> ${marker}; sleep 0.1; done`, { timeout: '10m' }),
  ];
  await apply(pipelineYaml({ identifier: 'endless', steps, rollbackSteps: [script('undo')] }));
  const id = await start('endless');
  await vi.waitFor(async () => expect((await stat(marker)).size).toBeGreaterThan(0), { timeout: 60_000 });
  await processes.json('POST', `${project}/executions/${id}/interrupts`, { type: 'AbortAll' });
  const seen = await until(id, ({ status }) => isTerminal(status));
  expect(seen.status).toBe('ABORTED');
  expect(nodeOf(seen, 'deploy.endless').status).toBe('ABORTED');
  expect(nodeOf(seen, 'deploy.undo').status).toBe('SKIPPED');
  const { size } = await stat(marker);
  await apply(pipelineYaml({ identifier: 'afterwards', steps: [script('one', 'sleep 1')] }));
  const other = await start('afterwards');
  await until(other, ({ status }) => isTerminal(status));
  expect((await stat(marker)).size).toBe(size);
}, 180_000);

it('ends a step that is late EXPIRED, and rolls back after its script has gone', async () => {
  const steps = [script('late', 'trap "" TERM; sleep 300', { timeout: '10s' })];
  await apply(pipelineYaml({ identifier: 'late', steps, rollbackSteps: [script('undo', 'echo undone')] }));
  const id = await start('late');
  const seen = await until(id, ({ status }) => isTerminal(status));
  expect(seen.status).toBe('FAILED');
  expect(nodeOf(seen, 'deploy.late')).toMatchObject({
    status: 'EXPIRED',
    failure: { code: 'step.timed_out', errorType: 'Timeout' },
  });
  expect(nodeOf(seen, 'deploy.undo').status).toBe('SUCCEEDED');
}, 120_000);

it('records an outcome whatever bytes a program writes', async () => {
  await apply(
    pipelineYaml({ identifier: 'odd', steps: [script('odd', `printf 'a\\0b \\355\\240\\275' >&2; exit 3`)] }),
  );
  const id = await start('odd');
  const seen = await until(id, ({ status }) => isTerminal(status));
  expect(seen.status).toBe('FAILED');
  expect(JSON.stringify(seen.failure)).toContain('a\u2400b');
}, 120_000);

it('says why no delegate fits, delegate by delegate, while it waits and when its time is over', async () => {
  const steps = [script('one', 'true', { timeout: '10s' })];
  await apply(pipelineYaml({ identifier: 'nowhere', steps, stage: { delegateSelectors: ['moon'] } }));
  const id = await start('nowhere');
  const seen = await until(id, (each) => (nodeOf(each, 'deploy.one').waitingFor?.delegates?.length ?? 0) > 0);
  const { waitingFor } = nodeOf(seen, 'deploy.one');
  expect(waitingFor?.what).toMatch(/^Waiting for a delegate with the tag moon: /);
  expect(waitingFor?.delegates).toMatchObject([{ delegate: 'local', eligible: false }]);
  expect(waitingFor?.delegates?.[0]?.remedy).toBeTruthy();
  const end = await until(id, ({ status }) => isTerminal(status));
  expect(end).toMatchObject({ status: 'FAILED', headline: 'No delegate could take the step' });
  expect(end.failure).toMatchObject({ code: 'step.timed_out', causes: [{ code: 'delegate.none_eligible' }] });
  expect(end.failure?.hints[0]).toBe(waitingFor?.delegates?.[0]?.remedy);
}, 120_000);
