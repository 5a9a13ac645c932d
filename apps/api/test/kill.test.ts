import { randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionView, Status } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { ExecutionEvent, Graph } from '@slipway/pipeline-core';
import { replay } from '@slipway/pipeline-core';
import { testCluster, testNamespace } from '@slipway/testing';
import type { TestCluster, TestNamespace } from '@slipway/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase } from '../src/platform/database.ts';
import { programNames, startProcesses } from './processes.ts';
import type { Processes, Program } from './processes.ts';
import { entitiesYaml, pipelineYaml, project, script } from './project-fixture.ts';
import { deploymentYaml } from './workload-fixture.ts';

const kills = 50;
/** Services, each deployed twice: ten executions. */
const services = ['web', 'api', 'shop', 'mail', 'broken'] as const;
/** The one whose second image cannot be pulled, so that killing meets rollbacks, too. */
const broken = 'broken';

let cluster: TestCluster;
let processes: Processes;
const namespaces = new Map<string, TestNamespace>();

beforeAll(async () => {
  cluster = await testCluster();
  for (const service of services) namespaces.set(service, await testNamespace(cluster, { prefix: 'kill' }));
  processes = await startProcesses({ kubeconfig: cluster.kubeconfigPath });
  await processes.ready();
});

afterAll(async () => {
  await processes?.stop();
  for (const namespace of namespaces.values()) await namespace.drop();
});

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below;
  };
}

/** Asks until there is an answer: the API is killed, too. */
async function apply(yaml: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const answer = await processes.request('POST', `${project}/apply`, yaml, 'application/yaml');
      expect(answer.status, answer.text).toBe(200);
    },
    { timeout: 120_000, interval: 200 },
  );
}

/** A lost answer does not start a second run: the key stays the same. */
async function start(service: string, round: number): Promise<string> {
  return vi.waitFor(
    async () => {
      const answer = await fetch(`${processes.url}/api/v1${project}/pipelines/deploy_${service}/executions`, {
        method: 'POST',
        headers: {
          ...processes.credentials,
          'content-type': 'application/json',
          'idempotency-key': `${service}-${round}`,
        },
        body: '{}',
        signal: AbortSignal.timeout(30_000),
      });
      const text = await answer.text();
      expect(answer.status, text).toBe(201);
      return (JSON.parse(text) as { executionId: string }).executionId;
    },
    { timeout: 120_000, interval: 200 },
  );
}

/** A script is never run twice by itself; here its failure strategy says that it may be. */
const againAfterRestart = [
  {
    onFailure: {
      errors: ['DelegateRestart'],
      action: {
        type: 'Retry',
        spec: {
          retryCount: 100,
          retryIntervals: ['1s'],
          onRetryFailure: { action: { type: 'StageRollback' } },
        },
      },
    },
  },
];

const restartable = (identifier: string, text: string) =>
  script(identifier, text, { timeout: '10m', failureStrategies: againAfterRestart });

function documentsOf(service: string, image: string): string {
  return entitiesYaml({
    service,
    namespace: namespaces.get(service)?.name ?? '',
    manifest: deploymentYaml({ image, readyAfter: '4s' }),
  });
}

function pipelineOf(service: string): string {
  return pipelineYaml({
    identifier: `deploy_${service}`,
    service,
    infrastructure: `one_at_a_time_${service}`,
    steps: [
      restartable('before', 'sleep 1; echo before'),
      { identifier: 'rollout', type: 'K8sRollingDeploy', spec: {}, timeout: '10m' },
      restartable('after', `sleep 1; while [ -e ${holdFile(service)} ]; do sleep 0.2; done; echo after`),
    ],
    rollbackSteps: [{ identifier: 'undo', type: 'K8sRollingRollback', spec: {}, timeout: '10m' }],
  });
}

/** While it exists, executions of the service do not end, so that there is something left to kill. */
const holdFile = (service: string): string => path.join(processes.folder, `hold-${service}`);

async function ended(id: string): Promise<ExecutionView> {
  return vi.waitFor(
    async () => {
      const seen = await processes.json<ExecutionView>('GET', `${project}/executions/${id}`);
      if (!isTerminal(seen.status)) throw new Error(`${seen.pipeline.name}: ${seen.headline}`);
      return seen;
    },
    { timeout: 240_000, interval: 300 },
  );
}

async function deployTwice(service: string): Promise<{ first: string; second: string }> {
  const first = await start(service, 1);
  const end = await ended(first);
  expect(end.status, `${service}: ${end.headline}\n${processes.said().slice(-6000)}`).toBe('SUCCEEDED');
  await writeFile(holdFile(service), '');
  await apply(documentsOf(service, service === broken ? 'nginx:does-not-exist' : 'nginx:2'));
  return { first, second: await start(service, 2) };
}

/** Kills one program after the other, each only once it has had time to do something. */
async function killAtRandom(random: (below: number) => number): Promise<Record<Program, number>> {
  const count = { api: 0, worker: 0, delegate: 0 };
  for (let n = 0; n < kills; n += 1) {
    await pause(200 + random(1800));
    const program = programNames[Math.floor(random(programNames.length))] ?? 'worker';
    await vi.waitFor(() => expect(processes.isUp(program)).toBe(true), { timeout: 10_000, interval: 20 });
    processes.kill(program);
    count[program] += 1;
  }
  return count;
}

it(`survives ${kills} kills of API, worker and delegate in ten executions`, async () => {
  const seed = Number(process.env['SLIPWAY_KILL_SEED'] ?? randomInt(2 ** 31));
  process.stdout.write(`kill test: SLIPWAY_KILL_SEED=${seed} repeats this order of kills\n`);
  for (const service of services) await apply(documentsOf(service, 'nginx:1'));
  for (const service of services) await apply(pipelineOf(service));

  const runs = Promise.all(services.map(async (service) => ({ service, ...(await deployTwice(service)) })));
  const [executions, killed] = await Promise.all([runs, killAtRandom(randomFrom(seed))]);
  expect(Object.values(killed).reduce((sum, each) => sum + each, 0)).toBe(kills);
  for (const service of services) await rm(holdFile(service), { force: true });

  for (const { service, first, second } of executions) {
    const expected: Status = service === broken ? 'FAILED' : 'SUCCEEDED';
    const end = await ended(second);
    expect(end.status, `${service}: ${end.headline} ${JSON.stringify(end.failure)}`).toBe(expected);
    await checkEvents([first, second]);
    await checkCluster(service);
  }
}, 600_000);

/** The events are complete, fold to the state, and every task that was made has ended exactly once in them. */
async function checkEvents(ids: readonly string[]): Promise<void> {
  const database = createDatabase(processes.databaseUrl, { maxConnections: 2 });
  try {
    for (const id of ids) {
      const row = await database.prisma.execution.findUniqueOrThrow({
        where: { id },
        include: { events: { orderBy: { seq: 'asc' } }, tasks: true },
      });
      // Written by the runtime.
      const events = row.events.map(({ event }) => event as unknown as ExecutionEvent);
      expect(row.events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(row.version).toBe(events.length);
      expect(replay(row.graph as unknown as Graph, events)).toEqual(row.state);
      const created = events.flatMap((event) => (event.type === 'task.created' ? [event.taskId] : []));
      const finished = events.flatMap((event) => (event.type === 'task.finished' ? [event.taskId] : []));
      expect(new Set(created).size).toBe(created.length);
      expect(finished.toSorted()).toEqual(created.toSorted());
      expect(row.tasks.map((task) => task.id).toSorted()).toEqual(created.toSorted());
      expect(row.tasks.every(({ status }) => status === 'finished')).toBe(true);
    }
  } finally {
    await database.close();
  }
}

/**
 * Each execution writes its Deployment once: generation 1, then 2; the failed one is brought back, which is a third writing and the
 * first ReplicaSet again.
 */
async function checkCluster(service: string): Promise<void> {
  const namespace = namespaces.get(service)?.name ?? '';
  const read = async (kind: string) =>
    JSON.parse(await cluster.kubectl(['get', kind, '-n', namespace, '-o', 'json']));
  const deployments = await read('deployments');
  expect(deployments.items).toHaveLength(1);
  expect(deployments.items[0].metadata.generation, service).toBe(service === broken ? 3 : 2);
  expect(deployments.items[0].spec.template.spec.containers[0].image).toBe(
    service === broken ? 'nginx:1' : 'nginx:2',
  );
  const replicaSets = await read('replicasets');
  expect(replicaSets.items, service).toHaveLength(2);
}
