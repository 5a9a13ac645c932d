import { randomBytes } from 'node:crypto';
import type { ExecutionView, Failure, TaskOutcome, TaskSpec } from '@slipway/contracts';
import { isTerminal } from '@slipway/contracts';
import type { ExecutionEvent, Graph } from '@slipway/pipeline-core';
import { replay } from '@slipway/pipeline-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { composeWorker } from '../src/compose-worker.ts';
import type { Worker } from '../src/compose-worker.ts';
import { appendLog } from '../src/domains/logs/index.ts';
import { createDatabase } from '../src/platform/database.ts';
import type { Database } from '../src/platform/database.ts';
import { readConfig } from '../src/platform/config.ts';
import { createLogger } from '../src/platform/log.ts';
import type { NewTask } from '../src/domains/tasks/index.ts';
import type { TaskQueue } from '../src/runtime/execution-effects.ts';
import { createExecutionRunner } from '../src/runtime/execution-runner.ts';
import { createTestApi, defaultProject } from './harness.ts';
import type { TestApi } from './harness.ts';
import { applyDocuments, entitiesYaml, pipelineYaml, project, script } from './project-fixture.ts';

const masterKey = randomBytes(32).toString('base64');
let api: TestApi;
let worker: Worker;
let database: Database;
let desk: Desk;

/** Stands where the delegates stand: tasks arrive, the test says how they go. */
interface Desk {
  readonly queue: TaskQueue;
  readonly cancelled: string[];
  /** The open task of a node, as soon as there is one. */
  task(executionId: string, node: string): Promise<NewTask>;
  start(task: NewTask): Promise<void>;
  finish(task: NewTask, outcome: TaskOutcome): Promise<void>;
}

const failureWith = (fields: Partial<Failure>): Failure => ({
  code: 'script.exit_code',
  errorType: 'Unknown',
  message: 'The script ended with exit code 1.',
  causes: [],
  evidence: [],
  hints: [],
  ...fields,
});
const succeeded = (outputs: Record<string, unknown> = {}): TaskOutcome => ({ kind: 'succeeded', outputs });

function createDesk(db: Database): Desk {
  const tasks = new Map<string, NewTask>();
  const cancelled: string[] = [];
  const runner = createExecutionRunner(createLogger({ logLevel: 'silent' }, 'api'));
  const atNode = (executionId: string, node: string) => tasks.get(`${executionId} ${node}`);
  return {
    cancelled,
    queue: {
      create: async (tx, task) => {
        await tx.task.create({
          data: {
            id: task.id,
            kind: task.spec.kind,
            payload: task.spec.payload,
            repeatable: true,
            scopeKey: 'project/default/default',
            selectors: [...task.selectors],
            status: 'queued',
            executionId: task.executionId ?? null,
            node: task.node ?? null,
          },
        });
        tasks.set(`${task.executionId} ${task.node}`, task);
      },
      cancel: async (_tx, id) => void cancelled.push(id),
    },
    task: (executionId, node) =>
      vi.waitFor(
        async () => {
          const task = atNode(executionId, node);
          // Offered only once the transaction that made it has committed.
          const row =
            task && (await db.prisma.task.findUnique({ where: { id: task.id }, select: { id: true } }));
          if (task === undefined || row === null) throw new Error(`${node} has no task yet`);
          return task;
        },
        { timeout: 10_000, interval: 10 },
      ),
    start: async ({ id, executionId = '', node = '' }) =>
      db.transaction((tx) =>
        runner.apply(tx, executionId, [
          { type: 'task.started', at: Date.now(), node, taskId: id, delegate: 'local', instance: 'one' },
        ]),
      ),
    finish: async ({ id, executionId = '', node = '' }, outcome) =>
      db.transaction(async (tx) => {
        await tx.task.update({
          where: { id },
          data: { outcome: JSON.parse(JSON.stringify(outcome)), status: 'finished', finishedAt: new Date() },
        });
        tasks.delete(`${executionId} ${node}`);
        await runner.apply(tx, executionId, [
          { type: 'task.finished', at: Date.now(), node, taskId: id, outcome },
        ]);
      }),
  };
}

beforeAll(async () => {
  api = await createTestApi({ environment: { SLIPWAY_MASTER_KEY: masterKey } });
  database = createDatabase(api.databaseUrl, { maxConnections: 4 });
  desk = createDesk(database);
  const config = readConfig({
    DATABASE_URL: api.databaseUrl,
    SLIPWAY_MASTER_KEY: masterKey,
    SLIPWAY_BASE_URL: 'http://slipway.test',
  });
  const log = createLogger(
    { logLevel: process.env['SLIPWAY_TEST_LOG_LEVEL'] === 'info' ? 'info' : 'silent' },
    'worker',
  );
  worker = await composeWorker({ config, log, tasks: desk.queue, onLivenessLost: () => {} });
  await applyDocuments(api, entitiesYaml());
});

afterAll(async () => {
  await worker?.close();
  await database?.close();
  await api?.close();
});

async function run(yaml: string, body: Record<string, unknown> = {}): Promise<string> {
  await applyDocuments(api, yaml);
  const identifier = /identifier: (\w+)/.exec(yaml)?.[1] ?? '';
  const answer = await api.admin.post(`${project}/pipelines/${identifier}/executions`, { body });
  expect(answer.text).toContain('executionId');
  expect(answer.status).toBe(201);
  return String(answer.body.executionId);
}

async function view(id: string): Promise<ExecutionView> {
  const answer = await api.admin.get(`${project}/executions/${id}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const until = (id: string, condition: (seen: ExecutionView) => boolean): Promise<ExecutionView> =>
  vi.waitFor(
    async () => {
      const seen = await view(id);
      if (!condition(seen))
        throw new Error(`not yet: ${seen.status} ${seen.headline} ${JSON.stringify(seen.failure)}`);
      return seen;
    },
    { timeout: 15_000, interval: 20 },
  );

const ended = (id: string): Promise<ExecutionView> => until(id, ({ status }) => isTerminal(status));

function find(seen: ExecutionView, node: string): ExecutionView['nodes'][number] {
  const walk = (nodes: ExecutionView['nodes']): ExecutionView['nodes'] =>
    nodes.flatMap((each) => [each, ...walk(each.children)]);
  const found = walk(seen.nodes).find((each) => each.node === node);
  if (found === undefined) throw new Error(`no node ${node}`);
  return found;
}

const scriptOf = ({ spec }: { spec: TaskSpec }): string => {
  if (spec.kind !== 'shell-script') throw new Error(`a ${spec.kind} has no script`);
  return spec.payload.script.parts.map((part) => ('text' in part ? part.text : `{${part.secret}}`)).join('');
};

describe('an execution', () => {
  it('resolves service and infrastructure, runs its steps in order and hands their outputs on', async () => {
    const id = await run(
      pipelineYaml({
        identifier: 'in_order',
        steps: [
          script(
            'ask',
            'echo <+service.name> <+serviceVariables.port> <+infra.namespace> <+pipeline.sequenceId>',
          ),
          script(
            'use',
            'echo <+execution.steps.ask.output.outputVariables.answer> <+stage.variables.who> <+INFRA_KEY_SHORT_ID>',
          ),
        ],
        stage: { variables: [{ name: 'who', type: 'String', value: '<+pipeline.name>!' }] },
      }),
    );
    const ask = await desk.task(id, 'deploy.ask');
    expect(scriptOf(ask)).toBe('echo web 8080 default 1');
    const waiting = await view(id);
    expect(waiting.status).toBe('RUNNING');
    expect(waiting.headline).toBe('Waiting for a delegate to take ask');
    expect(find(waiting, 'deploy.ask')).toMatchObject({
      status: 'TASK_WAITING',
      attempt: 1,
      onFailure: 'Stage rollback',
    });
    await desk.start(ask);
    expect((await view(id)).headline).toBe('Running ask on delegate local');
    await desk.finish(ask, succeeded({ answer: '<+pipeline.name>' }));
    const use = await desk.task(id, 'deploy.use');
    const infrastructure = find(await view(id), 'deploy.$infrastructure').outputs as {
      infraKey: string;
      releaseName: string;
    };
    // What a step gives back is data, even when it looks like an expression.
    expect(scriptOf(use)).toBe(`echo <+pipeline.name> in order! ${infrastructure.infraKey.slice(0, 6)}`);
    expect(infrastructure.releaseName).toBe(`release-${infrastructure.infraKey.slice(0, 6)}`);
    await desk.finish(use, succeeded());
    const seen = await ended(id);
    expect(seen).toMatchObject({
      status: 'SUCCEEDED',
      headline: 'Succeeded',
      services: ['web'],
      environments: ['staging'],
      sequence: 1,
    });
    expect(find(seen, 'deploy.ask').outputs).toEqual({ answer: '<+pipeline.name>' });
  });

  it('stores events that fold to its state', async () => {
    const id = await run(pipelineYaml({ identifier: 'folded', steps: [script('one')] }));
    await desk.finish(await desk.task(id, 'deploy.one'), succeeded());
    await ended(id);
    const row = await database.prisma.execution.findUniqueOrThrow({
      where: { id },
      include: { events: { orderBy: { seq: 'asc' } } },
    });
    const events = row.events.map(({ event }) => event as unknown as ExecutionEvent);
    expect(row.events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(replay(row.graph as unknown as Graph, events)).toEqual(row.state);
  });

  it('shows its failure while the stage still rolls back, and ends FAILED', async () => {
    const id = await run(
      pipelineYaml({
        identifier: 'rolls_back',
        steps: [script('rollout'), script('later')],
        rollbackSteps: [script('undo', 'echo <+execution.steps.rollout.status>')],
      }),
    );
    const causes: Failure['causes'] = [
      {
        code: 'image.not_found',
        severity: 'fatal',
        title: 'The image of container "web" cannot be pulled',
        message: 'no such tag',
        evidence: [],
        hints: ['Push the tag.'],
      },
    ];
    await desk.finish(await desk.task(id, 'deploy.rollout'), {
      kind: 'failed',
      failure: failureWith({ causes }),
    });
    const undo = await desk.task(id, 'deploy.undo');
    expect(scriptOf(undo)).toBe('echo FAILED');
    const rolling = await view(id);
    expect(rolling.status).toBe('RUNNING');
    expect(rolling.failure?.causes[0]?.code).toBe('image.not_found');
    expect(rolling.headline).toBe('Rolling back Deploy: The image of container "web" cannot be pulled');
    await desk.finish(undo, succeeded());
    const seen = await ended(id);
    expect(seen.status).toBe('FAILED');
    expect(find(seen, 'deploy.later').status).toBe('SKIPPED');
    expect(find(seen, 'deploy.$rollback').children.map(({ node, status }) => [node, status])).toEqual([
      ['deploy.undo', 'SUCCEEDED'],
    ]);
  });

  it('shows the causes a delegate sees while the step still runs', async () => {
    const id = await run(pipelineYaml({ identifier: 'causes_seen', steps: [script('rollout')] }));
    const task = await desk.task(id, 'deploy.rollout');
    await desk.start(task);
    const cause = {
      code: 'image.not_found',
      severity: 'fatal',
      title: 'The image cannot be pulled',
      message: 'not found',
      evidence: [],
      hints: [],
    };
    await database.prisma.task.update({
      where: { id: task.id },
      data: {
        progress: { sentence: 'Waiting for Deployment web: 1 of 3 pods ready', causes: [cause], objects: [] },
      },
    });
    const seen = await view(id);
    expect(seen.failure).toMatchObject({ code: 'image.not_found', message: 'The image cannot be pulled' });
    expect(find(seen, 'deploy.rollout').waitingFor?.what).toBe(
      'Waiting for Deployment web: 1 of 3 pods ready',
    );
    expect(find(seen, 'deploy.rollout').progress?.causes).toHaveLength(1);
    await desk.finish(task, succeeded());
    await ended(id);
  });

  it('fails a step whose expression leads nowhere, naming it and its place', async () => {
    const id = await run(
      pipelineYaml({
        identifier: 'bad_expression',
        steps: [script('say', 'echo <+pipeline.variables.nothing>')],
        variables: [{ name: 'something', type: 'String', value: 'x' }],
      }),
    );
    const seen = await ended(id);
    expect(seen.status).toBe('FAILED');
    expect(seen.failure?.code).toBe('expression.invalid');
    expect(seen.failure?.message).toContain('<+pipeline.variables.nothing>');
    expect(seen.failure?.message).toContain('stages.deploy.spec.execution.steps.say.spec.source.spec.script');
  });

  it('asks for a delegate with the selectors of the nearest level', async () => {
    const id = await run(
      pipelineYaml({
        identifier: 'selectors',
        steps: [script('any')],
        stage: { delegateSelectors: ['<+env.identifier>-delegates'] },
      }),
    );
    const task = await desk.task(id, 'deploy.any');
    expect(task.selectors).toEqual(['staging-delegates']);
    const delegates = [
      {
        delegate: 'local',
        eligible: false,
        reason: 'It lacks the tag staging-delegates.',
        remedy: 'Add the tag to the delegate.',
      },
    ];
    await database.prisma.task.update({ where: { id: task.id }, data: { ineligible: delegates } });
    expect(find(await view(id), 'deploy.any').waitingFor).toMatchObject({
      what: 'Waiting for a delegate with the tag staging-delegates: it lacks the tag staging-delegates',
      delegates,
    });
    await desk.finish(task, succeeded());
    await ended(id);
  });
});

describe('failure strategies and time', () => {
  const retry = [
    {
      onFailure: {
        errors: ['AllErrors'],
        action: {
          type: 'Retry',
          spec: { retryCount: 1, retryIntervals: ['1s'], onRetryFailure: { action: { type: 'Ignore' } } },
        },
      },
    },
  ];

  it('tries again after the interval, then ignores', async () => {
    const id = await run(
      pipelineYaml({ identifier: 'retries', steps: [script('flaky', 'true', { failureStrategies: retry })] }),
    );
    const first = await desk.task(id, 'deploy.flaky');
    await desk.finish(first, { kind: 'failed', failure: failureWith({}) });
    const waiting = await until(id, (seen) => find(seen, 'deploy.flaky').status === 'TIMED_WAITING');
    expect(waiting.headline).toBe(
      'Waiting to try flaky again (retry 1 of 1) after: The script ended with exit code 1.',
    );
    const second = await desk.task(id, 'deploy.flaky');
    expect(second.id).not.toBe(first.id);
    await desk.finish(second, { kind: 'failed', failure: failureWith({}) });
    const seen = await ended(id);
    expect(seen.status).toBe('SUCCEEDED');
    expect(find(seen, 'deploy.flaky')).toMatchObject({ status: 'IGNORE_FAILED', attempt: 2, retryCount: 1 });
  });

  it('cancels a step that is late, and rolls back only once its task has ended', async () => {
    const id = await run(
      pipelineYaml({
        identifier: 'late',
        steps: [script('slow', 'sleep 99', { timeout: '<+pipeline.variables.limit>' })],
        rollbackSteps: [script('undo')],
        variables: [{ name: 'limit', type: 'String', value: '10s' }],
      }),
    );
    const task = await desk.task(id, 'deploy.slow');
    await database.transaction(async (tx) => {
      await tx.$executeRaw`select graphile_worker.add_job('execution.timer', ${JSON.stringify({ executionId: id })}::json, job_key := ${`execution-timer:${id}`})`;
    });
    const early = await view(id);
    expect(
      Date.parse(find(early, 'deploy.slow').deadlineAt ?? '') -
        Date.parse(find(early, 'deploy.slow').startedAt ?? ''),
    ).toBeLessThan(11_000);
    await until(id, (seen) => find(seen, 'deploy.slow').status === 'DISCONTINUING');
    await vi.waitFor(() => expect(desk.cancelled).toContain(task.id), { timeout: 5000 });
    expect(find(await view(id), 'deploy.undo').status).toBe('NOT_STARTED');
    await desk.finish(task, { kind: 'cancelled' });
    await desk.finish(await desk.task(id, 'deploy.undo'), succeeded());
    const seen = await ended(id);
    expect(find(seen, 'deploy.slow').status).toBe('EXPIRED');
    expect(seen.failure).toMatchObject({ code: 'step.timed_out', errorType: 'Timeout' });
  }, 30_000);

  it('aborts: cancels the task, rolls nothing back', async () => {
    const id = await run(
      pipelineYaml({ identifier: 'aborted', steps: [script('slow')], rollbackSteps: [script('undo')] }),
    );
    const task = await desk.task(id, 'deploy.slow');
    const interrupt = `${project}/executions/${id}/interrupts`;
    expect((await api.admin.post(interrupt, { body: { type: 'Pause' } })).body.code).toBe(
      'execution.interrupt_unsupported',
    );
    expect((await api.admin.post(interrupt, { body: { type: 'AbortAll' } })).status).toBe(202);
    expect((await api.admin.post(interrupt, { body: { type: 'AbortAll' } })).body.code).toBe(
      'execution.interrupt_not_allowed',
    );
    await vi.waitFor(() => expect(desk.cancelled).toContain(task.id), { timeout: 5000 });
    await desk.finish(task, { kind: 'cancelled' });
    const seen = await ended(id);
    expect(seen.status).toBe('ABORTED');
    expect(seen.headline).toMatch(/^Aborted by /);
    expect((await api.admin.post(interrupt, { body: { type: 'AbortAll' } })).body.code).toBe(
      'execution.not_running',
    );
  });
});

describe('the queue of one deployment per service and infrastructure', () => {
  it('lets one in, shows the place of the others, and lets the next in when the stage ends', async () => {
    const yaml = pipelineYaml({
      identifier: 'queued',
      infrastructure: 'one_at_a_time',
      steps: [script('deploy_it')],
    });
    const first = await run(yaml);
    const task = await desk.task(first, 'deploy.deploy_it');
    const second = await run(yaml);
    const third = await run(yaml);
    const waiting = await until(second, (seen) => find(seen, 'deploy.$queue').status === 'RESOURCE_WAITING');
    expect(waiting.headline).toBe('Waiting for its turn to deploy: after queued #1');
    await until(third, (seen) => (find(seen, 'deploy.$queue').waitingFor?.queue?.length ?? 0) === 2);
    expect(
      (await api.admin.post(`${project}/executions/${second}/interrupts`, { body: { type: 'AbortAll' } }))
        .status,
    ).toBe(202);
    expect((await ended(second)).status).toBe('ABORTED');
    await desk.finish(task, succeeded());
    await desk.finish(await desk.task(third, 'deploy.deploy_it'), succeeded());
    expect((await ended(third)).status).toBe('SUCCEEDED');
    await vi.waitFor(async () => expect(await database.prisma.deploymentTurn.count()).toBe(0));
  });
});

describe('starting and listing', () => {
  it('repeats the answer of an idempotency key instead of the run', async () => {
    await applyDocuments(api, pipelineYaml({ identifier: 'once', steps: [script('one')] }));
    const path = `${project}/pipelines/once/executions`;
    const headers = { 'idempotency-key': 'again' };
    const [a, b] = [
      await api.admin.post(path, { body: {}, headers }),
      await api.admin.post(path, { body: {}, headers }),
    ];
    expect(a.body).toEqual(b.body);
    await desk.finish(await desk.task(a.body.executionId, 'deploy.one'), succeeded());
    await ended(a.body.executionId);
  });

  it('numbers runs that begin at the same moment one by one', async () => {
    await applyDocuments(api, pipelineYaml({ identifier: 'crowd', steps: [script('one')] }));
    const starts = Array.from({ length: 40 }, () =>
      api.admin.post(`${project}/pipelines/crowd/executions`, { body: {} }),
    );
    const statuses = (await Promise.all(starts)).map(({ status, text }) => (status === 201 ? status : text));
    expect(statuses).toEqual(statuses.map(() => 201));
    const { items } = (await api.admin.get(`${project}/executions?pipeline=crowd`)).body;
    expect(
      items.map(({ sequence }: { sequence: number }) => sequence).toSorted((a: number, b: number) => a - b),
    ).toEqual(items.map((_: unknown, index: number) => index + 1));
    expect(items).toHaveLength(40);
    for (const { executionId } of items)
      await desk.finish(await desk.task(executionId, 'deploy.one'), succeeded());
  });

  it('refuses inputs, chosen stages that are not allowed and absent pipelines with a sentence', async () => {
    const given = await api.admin.post(`${project}/pipelines/once/executions`, {
      body: { inputs: { a: 1 } },
    });
    expect(given.body.code).toBe('execution.inputs_unsupported');
    const chosen = await api.admin.post(`${project}/pipelines/once/executions`, {
      body: { stages: ['deploy'] },
    });
    expect(chosen).toMatchObject({ status: 422, body: { code: 'request.invalid' } });
    expect((await api.admin.post(`${project}/pipelines/absent/executions`, { body: {} })).status).toBe(404);
  });

  it('lists the newest first, filtered and page by page', async () => {
    const all = await api.admin.get(`${project}/executions?limit=3`);
    expect(all.body.items).toHaveLength(3);
    const next = await api.admin.get(`${project}/executions?limit=3&cursor=${all.body.nextCursor}`);
    const times = [...all.body.items, ...next.body.items].map(
      (item: { createdAt: string }) => item.createdAt,
    );
    expect(times).toEqual(times.toSorted().toReversed());
    expect(
      (await api.admin.get(`${project}/executions?status=ABORTED,EXPIRED&pipeline=queued`)).body.total,
    ).toBe(1);
    expect((await api.admin.get(`${project}/executions?search=rolls`)).body.items[0]).toMatchObject({
      status: 'FAILED',
      pipeline: { identifier: 'rolls_back' },
    });
    expect((await api.admin.get(`${project}/executions?service=web&environment=production`)).body.total).toBe(
      0,
    );
    expect((await api.admin.get(`${project}/executions?status=HAPPY`)).status).toBe(422);
  });

  it('runs again what ran before, and says so', async () => {
    const [before] = (await api.admin.get(`${project}/executions?pipeline=once`)).body.items;
    const answer = await api.admin.post(`${project}/pipelines/once/executions`, {
      body: { rerunOf: before.executionId, notes: 'once more' },
    });
    const id = answer.body.executionId;
    await desk.finish(await desk.task(id, 'deploy.one'), succeeded());
    expect((await ended(id)).trigger).toMatchObject({
      type: 'RERUN',
      rerunOf: before.executionId,
      notes: 'once more',
    });
    expect((await api.admin.get(`${project}/executions/${id}/yaml`)).text).toContain('identifier: once');
    expect(
      (
        await api.admin.post(`${project}/pipelines/once/executions`, {
          body: { rerunOf: randomBytes(16).toString('hex') },
        })
      ).status,
    ).toBe(404);
  });
});

describe('a deployment', () => {
  const rollout = { identifier: 'rollout', type: 'K8sRollingDeploy', spec: {}, timeout: '10m' } as const;
  const undo = { identifier: 'undo', type: 'K8sRollingRollback', spec: {}, timeout: '10m' } as const;

  it('is asked of a delegate with all it needs, and its rollback knows what to undo', async () => {
    const id = await run(pipelineYaml({ identifier: 'rolling', steps: [rollout], rollbackSteps: [undo] }));
    const task = await desk.task(id, 'deploy.rollout');
    expect(task).toMatchObject({
      selectors: ['local'],
      preferKey: 'project/default/default:cluster',
      spec: {
        kind: 'rolling-deploy',
        payload: {
          access: { type: 'inherit' },
          namespace: 'default',
          manifests: [{ path: 'all.yaml' }],
          owner: {
            service: 'project/default/default:web',
            environment: 'project/default/default:staging',
            infrastructure: 'eu',
          },
          step: { executionId: id, node: 'deploy.rollout', pipeline: 'rolling', sequence: 1 },
        },
      },
    });
    const release = {
      name: 'release-x',
      namespace: 'default',
      number: 3,
      status: 'failed',
      inventory: [],
      images: ['web:2'],
    } as const;
    await desk.finish(task, {
      kind: 'failed',
      failure: failureWith({}),
      result: { releases: [{ ...release, inventory: [], images: [...release.images] }] },
    });
    const second = await desk.task(id, 'deploy.undo');
    expect(second.spec).toMatchObject({
      kind: 'rolling-rollback',
      payload: { deployNode: 'deploy.rollout' },
    });
    await desk.finish(second, {
      kind: 'succeeded',
      outputs: {},
      result: { releases: [{ ...release, status: 'rolled-back', inventory: [], images: ['web:2'] }] },
    });
    expect((await ended(id)).status).toBe('FAILED');
    const releases = await api.admin.get(`${project}/services/web/releases?environment=staging`);
    expect(releases.body.items).toMatchObject([
      { name: 'release-x', number: 3, status: 'rolled-back', executionId: id, node: 'deploy.rollout' },
    ]);
    expect((await api.admin.get(`${project}/services/absent/releases`)).status).toBe(404);
  });

  it('leaves a release name to the service and infrastructure that had it first', async () => {
    await applyDocuments(api, entitiesYaml({ service: 'mine', releaseName: 'shared' }));
    await applyDocuments(api, entitiesYaml({ service: 'theirs', releaseName: 'shared' }));
    const deploy = (service: string) =>
      run(
        pipelineYaml({
          identifier: `claim_${service}`,
          service,
          infrastructure: `eu_${service}`,
          steps: [rollout],
        }),
      );
    const mine = await deploy('mine');
    await desk.finish(await desk.task(mine, 'deploy.rollout'), succeeded());
    expect((await ended(mine)).status).toBe('SUCCEEDED');
    const theirs = await ended(await deploy('theirs'));
    expect(theirs.failure).toMatchObject({
      code: 'release.name_claimed',
      message:
        'The release name shared belongs to service mine in infrastructure eu_mine of environment staging.',
    });
    const again = await run(
      pipelineYaml({
        identifier: 'claim_mine',
        service: 'mine',
        infrastructure: 'eu_mine',
        steps: [rollout],
      }),
    );
    await desk.finish(await desk.task(again, 'deploy.rollout'), succeeded());
    expect((await ended(again)).status).toBe('SUCCEEDED');
  });
});

describe('logs', () => {
  it('are stored once, read while they are written, as text and as NDJSON', async () => {
    const id = await run(pipelineYaml({ identifier: 'logged', steps: [script('talk')] }));
    const task = await desk.task(id, 'deploy.talk');
    const writer = {
      taskId: task.id,
      attempt: 1,
      executionId: id,
      node: 'deploy.talk',
      scope: defaultProject,
    };
    const at = '2026-01-02T03:04:05.678Z';
    const line = (text: string) => ({ type: 'line', section: 'Execute', at, level: 'info', text }) as const;
    const entries = [{ type: 'section-started', section: 'Execute', at }, line('one'), line('two')] as const;
    expect(await database.transaction((tx) => appendLog(tx, writer, entries, 1))).toBe(3);
    expect(await database.transaction((tx) => appendLog(tx, writer, [line('two'), line('three')], 3))).toBe(
      4,
    );
    expect(await database.transaction((tx) => appendLog(tx, writer, [line('after a gap')], 9))).toBe(4);
    const logs = `${project}/executions/${id}/logs`;
    expect((await api.admin.get(logs)).text).toBe(
      `== deploy.talk / Execute ==\n${at} one\n${at} two\n${at} three\n`,
    );
    const rows = await api.admin.get(`${logs}?node=deploy.talk&section=Execute&after=1`, {
      headers: { accept: 'application/x-ndjson' },
    });
    const lines = rows.text
      .trim()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(lines).toEqual([
      { node: 'deploy.talk', section: 'Execute', n: 2, at, level: 'info', text: 'two' },
      { node: 'deploy.talk', section: 'Execute', n: 3, at, level: 'info', text: 'three' },
    ]);
    expect(find(await view(id), 'deploy.talk').sections).toMatchObject([
      { name: 'Execute', status: 'running', lines: 3, truncated: false },
    ]);
    expect((await api.admin.get(`${logs}?after=1`)).status).toBe(422);
    expect((await api.admin.get(`${logs}?node=talk`)).status).toBe(404);
    // Another attempt goes on where the former one stopped: numbers never begin again.
    const second = { ...writer, attempt: 2 };
    const more = [
      entries[0],
      line('four'),
      { type: 'section-ended', section: 'Execute', at, status: 'succeeded' },
    ] as const;
    expect(await database.transaction((tx) => appendLog(tx, second, more, 1))).toBe(3);
    const tail = await api.admin.get(`${logs}?node=deploy.talk&section=Execute&after=3`);
    expect(tail.text).toBe(`${at} --- again, by another attempt ---\n${at} four\n`);
    const [section] = find(await view(id), 'deploy.talk').sections;
    expect(section).toMatchObject({ status: 'succeeded', endedAt: at, lines: 5 });
    await desk.finish(task, succeeded());
    await ended(id);
  });
});
