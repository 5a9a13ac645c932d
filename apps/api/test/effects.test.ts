import type { ExecutionView } from '@slipway/contracts';
import type { Effect } from '@slipway/pipeline-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDatabase } from '../src/platform/database.ts';
import type { Database } from '../src/platform/database.ts';
import { lastJobAttempt } from '../src/platform/jobs.ts';
import { createLogger } from '../src/platform/log.ts';
import { carryOut } from '../src/runtime/execution-effects.ts';
import type { NewTask } from '../src/domains/tasks/index.ts';
import type { EffectParts, EffectsJob } from '../src/runtime/execution-effects.ts';
import { createTestApi } from './harness.ts';
import type { TestApi } from './harness.ts';
import { applyDocuments, entitiesYaml, pipelineYaml, project, script } from './project-fixture.ts';

let api: TestApi;
let database: Database;

beforeAll(async () => {
  api = await createTestApi();
  database = createDatabase(api.databaseUrl, { maxConnections: 4 });
  await applyDocuments(api, entitiesYaml());
});

afterAll(async () => {
  await database?.close();
  await api?.close();
});

/** No worker runs here: the test carries jobs out, as often and as badly as it wants. */
const partsWith = (create: EffectParts['tasks']['create']): EffectParts => ({
  database,
  tasks: { create, cancel: async () => {} },
  baseUrl: 'http://slipway.test',
  installation: 'one',
  now: () => Date.now(),
  log: createLogger({ logLevel: 'silent' }, 'worker'),
});

async function begin(identifier: string): Promise<string> {
  await applyDocuments(api, pipelineYaml({ identifier, steps: [script('one')] }));
  const answer = await api.admin.post(`${project}/pipelines/${identifier}/executions`, { body: {} });
  return String(answer.body.executionId);
}

async function jobOf(executionId: string): Promise<EffectsJob> {
  const { rows } = await database.pool.query<{ payload: EffectsJob }>(
    `select payload from graphile_worker._private_jobs where key = $1`,
    [`execution-effects:${executionId}:1`],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the start of an execution adds a job');
  return row.payload;
}

const view = async (id: string): Promise<ExecutionView> =>
  (await api.admin.get(`${project}/executions/${id}`)).body;

it('makes one task of a step, also when its job is carried out twice', async () => {
  const made: NewTask[] = [];
  const parts = partsWith(async (_tx, task) => void made.push(task));
  const id = await begin('twice');
  const job = await jobOf(id);
  expect(job.effects.map((effect: Effect) => effect.type)).toEqual(['resolve-node']);
  await carryOut(parts, job, { attempt: 1 });
  const before = await view(id);
  await carryOut(parts, job, { attempt: 2 });
  expect(made).toHaveLength(1);
  expect(await view(id)).toEqual(before);
});

it('leaves nothing behind of a job that fails in the middle, and makes the same task the next time', async () => {
  const ids: string[] = [];
  const id = await begin('halfway');
  const job = await jobOf(id);
  const failing = partsWith(async (_tx, task) => {
    ids.push(task.id);
    throw new Error('the connection broke');
  });
  const untouched = await view(id);
  await expect(carryOut(failing, job, { attempt: 1 })).rejects.toThrow('the connection broke');
  expect(await view(id)).toEqual(untouched);
  await carryOut(
    partsWith(async (_tx, task) => void ids.push(task.id)),
    job,
    { attempt: 2 },
  );
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

it('ends the node ERRORED when a job fails for good', async () => {
  const id = await begin('hopeless');
  const failing = partsWith(async () => {
    throw new Error('a fault of our own');
  });
  await carryOut(failing, await jobOf(id), { attempt: lastJobAttempt });
  const seen = await view(id);
  expect(seen.status).toBe('FAILED');
  expect(seen.failure).toMatchObject({ code: 'internal', evidence: [{ text: 'a fault of our own' }] });
  expect(seen.nodes[0]?.children[0]).toMatchObject({ node: 'deploy.$service', status: 'ERRORED' });
});
