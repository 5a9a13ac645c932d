import { randomUUID } from 'node:crypto';
import { leaseMs, taskKinds } from '@slipway/contracts';
import type { TaskOutcome, TaskSpec } from '@slipway/contracts';
import { startScriptedDelegate } from '@slipway/testing';
import type { ScriptedDelegate, ScriptedDelegateOptions, TaskScript } from '@slipway/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestApi, defaultProject } from './harness.ts';
import type { TestApi } from './harness.ts';
import { createTaskDesk, newName, repeatableTask, script, waiting } from './task-desk.ts';

const token = 'a-delegate-token-for-tests';
let api: TestApi;
let url: string;
let desk: ReturnType<typeof createTaskDesk>;

beforeAll(async () => {
  api = await createTestApi({ environment: { SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: token } });
  url = await api.listen();
  desk = createTaskDesk(api);
});
afterAll(async () => {
  await api.close();
});

const done: TaskOutcome = { kind: 'succeeded', outputs: {} };
/** Claims and never answers by itself. */
const silent: TaskScript = () => undefined;
const start = (name: string, changes: Partial<ScriptedDelegateOptions> = {}): Promise<ScriptedDelegate> =>
  startScriptedDelegate({ url, token, name, script: () => done, ...changes });
const holds = (delegate: ScriptedDelegate) =>
  vi.waitFor(() => expect(delegate.tasks).toHaveLength(1), waiting);
const sealed = async (identifier: string, value: string): Promise<void> => {
  const yaml = `secret:\n  type: SecretText\n  name: ${identifier}\n  identifier: ${identifier}\n  spec:\n    secretManagerIdentifier: harnessSecretManager\n    valueType: Inline\n    value: ${value}\n`;
  const answer = await api.admin.post('/secrets', { raw: yaml });
  if (answer.status >= 300) throw new Error(answer.text);
};

describe('hello', () => {
  test('a wrong token is refused', async () => {
    await expect(start(newName(), { token: 'nobody-knows-this-token' })).rejects.toMatchObject({
      code: 'token_invalid',
    });
  });

  test('a malformed hello is refused with what is wrong', async () => {
    await expect(start('Not A Name')).rejects.toMatchObject({
      code: 'hello_malformed',
      message: expect.stringContaining('name'),
    });
  });

  test('a delegate two minor versions away stays connected, takes no tasks and is told why', async () => {
    const name = newName();
    await using delegate = await start(name, { protocolVersion: '1.2' });
    expect(delegate.welcome).toMatchObject({
      compatible: false,
      incompatible: expect.stringContaining('1.2'),
    });
    const id = await desk.start(script('true'), { selectors: [name] });
    await desk.becomes(id, {
      status: 'queued',
      ineligible: expect.arrayContaining([
        expect.objectContaining({ delegate: name, reason: expect.stringContaining('takes no tasks') }),
      ]),
    });
    expect(delegate.offers).toEqual([]);
  });

  test('another process of the same instance takes over, and the former one is told to end', async () => {
    const name = newName();
    await using former = await start(name, { instanceId: 'one' });
    await using _next = await start(name, { instanceId: 'one' });
    await vi.waitFor(() => expect(former.goodbye?.code).toBe('superseded'), waiting);
    expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({
      connected: true,
      instances: [{ instanceId: 'one', connected: true }],
    });
  });
});

test('a reconnect that overtakes the end of the former connection leaves the delegate connected', async () => {
  const name = newName();
  await using former = await start(name, { instanceId: 'one' });
  await using _next = await start(name, { instanceId: 'one', bootId: former.bootId });
  await vi.waitFor(() => expect(former.connected).toBe(false), waiting);
  expect(former.goodbye).toBeUndefined();
  const { prisma } = api.api.database;
  const row = await prisma.delegateInstance.findFirstOrThrow({ where: { delegate: { name } } });
  expect(row).toMatchObject({ connected: true, gatewayId: expect.any(String) });
  expect(await desk.outcome(await desk.start(repeatableTask(), { selectors: [name] }))).toEqual(done);
});

describe('messages', () => {
  test('what is no message, malformed, or not allowed is refused each in its way', async () => {
    await using delegate = await start(newName());
    const stranger = { taskId: randomUUID(), attempt: 1 };
    expect(await delegate.sendRaw('task.invented', {})).toMatchObject({ error: 'unknown_message' });
    expect(await delegate.sendRaw('task.claim', { taskId: 1 })).toMatchObject({ error: 'malformed' });
    expect(await delegate.sendRaw('task.claim', 'text')).toMatchObject({ error: 'malformed' });
    expect(await delegate.send('secrets.resolve', { ...stranger, secrets: ['account:x'] })).toMatchObject({
      error: 'not_allowed_now',
    });
    expect(await delegate.send('task.claim', stranger)).toEqual({ granted: false, reason: 'gone' });
    expect(await delegate.send('task.outcome', { ...stranger, outcome: done })).toEqual({
      status: 'ignored',
    });
    expect(await delegate.send('task.release', { ...stranger, reason: 'x' })).toMatchObject({
      error: 'not_allowed_now',
    });
  });

  test('only the instance that was offered a task may claim it, and only once', async () => {
    const name = newName();
    await using holder = await start(name, { script: silent });
    await using thief = await start(newName());
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(holder);
    expect(await thief.send('task.claim', { taskId: id, attempt: 1 })).toEqual({
      granted: false,
      reason: 'taken',
    });
    expect(await holder.send('task.claim', { taskId: id, attempt: 1 })).toEqual({
      granted: false,
      reason: 'taken',
    });
    expect(await thief.send('task.outcome', { taskId: id, attempt: 1, outcome: done })).toEqual({
      status: 'ignored',
    });
    expect(await desk.row(id)).toMatchObject({ status: 'running' });
  });

  test('an outcome that cannot be read ends its task, so that it is not run again', async () => {
    const name = newName();
    await using delegate = await start(name, { script: silent });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(delegate);
    expect(
      await delegate.sendRaw('task.outcome', { taskId: id, attempt: 1, outcome: { kind: 'great' } }),
    ).toMatchObject({ error: 'malformed' });
    expect(await desk.outcome(id)).toMatchObject({
      kind: 'failed',
      failure: { code: 'delegate.outcome_invalid' },
    });
  });

  test('progress is kept, and an older one does not replace a newer one', async () => {
    const name = newName();
    await using delegate = await start(name, { script: silent });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(delegate);
    const progress = (sentence: string) => ({ sentence, causes: [], objects: [] });
    await delegate.send('task.progress', { taskId: id, attempt: 1, seq: 2, progress: progress('second') });
    await delegate.send('task.progress', { taskId: id, attempt: 1, seq: 1, progress: progress('first') });
    expect((await desk.row(id)).progress).toMatchObject({ sentence: 'second' });
  });
});

describe('secrets', () => {
  test('are given to the holder, and only those its task names', async () => {
    await sealed('named', 'value-of-named');
    await sealed('other', 'value-of-other');
    const name = newName();
    await using holder = await start(name, { script: silent });
    await using stranger = await start(newName());
    const id = await desk.start(script('true', { script: { parts: [{ secret: 'account:named' }] } }), {
      selectors: [name],
    });
    await holds(holder);
    const attempt = { taskId: id, attempt: 1 };
    expect(await holder.send('secrets.resolve', { ...attempt, secrets: ['account:named'] })).toEqual({
      ok: true,
      values: { 'account:named': 'value-of-named' },
    });
    expect(
      await holder.send('secrets.resolve', { ...attempt, secrets: ['account:named', 'account:other'] }),
    ).toMatchObject({ ok: false, missing: ['account:other'] });
    expect(await stranger.send('secrets.resolve', { ...attempt, secrets: ['account:named'] })).toMatchObject({
      error: 'not_allowed_now',
    });
    await holder.send('task.outcome', { ...attempt, outcome: done });
    expect(await holder.send('secrets.resolve', { ...attempt, secrets: ['account:named'] })).toMatchObject({
      error: 'not_allowed_now',
    });
  });

  test('a secret output is in no row, and a handle stands in its place', async () => {
    const name = newName();
    await using _delegate = await start(name, {
      script: () => ({
        kind: 'succeeded',
        outputs: { key: 'canary-of-an-output', plain: 'x' },
        secretOutputs: ['key'],
      }),
    });
    const id = await desk.start(script('true'), { selectors: [name] });
    expect(await desk.outcome(id)).toMatchObject({
      kind: 'succeeded',
      outputs: { key: { secret: `task/${id}:key` }, plain: 'x' },
    });
    expect(JSON.stringify(await desk.row(id))).not.toContain('canary-of-an-output');
  });
});

describe('hand-over', () => {
  test('a task whose lease and one write have passed goes to another instance, and the late outcome is ignored', async () => {
    const name = newName();
    await using slow = await start(name, { script: silent, heartbeats: false });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await holds(slow);
    await using other = await start(name, { script: silent, capacity: 20 });
    slow.hangUp();
    await desk.endLease(id);
    await holds(other);
    expect(other.tasks[0]).toMatchObject({ taskId: id, attempt: 2 });
    await using back = await start(name, {
      instanceId: slow.instanceId,
      bootId: slow.bootId,
      running: [{ taskId: id, attempt: 1 }],
      script: silent,
    });
    expect(back.welcome.abandon).toEqual([{ taskId: id, attempt: 1 }]);
    expect(await back.send('task.outcome', { taskId: id, attempt: 1, outcome: done })).toEqual({
      status: 'ignored',
    });
    expect(await other.send('task.outcome', { taskId: id, attempt: 2, outcome: done })).toEqual({
      status: 'recorded',
    });
    expect(await desk.outcome(id)).toEqual(done);
  });

  test('a task within its lease stays with its instance, also while that is away', async () => {
    const name = newName();
    await using away = await start(name, { script: silent });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await holds(away);
    away.hangUp();
    await using other = await start(name, { script: silent });
    await api.api.tasks.takeBackLapsed();
    expect(await desk.row(id)).toMatchObject({ status: 'running', attempt: 1 });
    expect(other.offers).toEqual([]);
    await using back = await start(name, {
      instanceId: away.instanceId,
      bootId: away.bootId,
      running: [{ taskId: id, attempt: 1 }],
    });
    expect(back.welcome.continue).toEqual([{ taskId: id, attempt: 1 }]);
    expect(await back.send('heartbeat', { running: [{ taskId: id, attempt: 1 }], draining: false })).toEqual({
      renewed: [{ taskId: id, attempt: 1 }],
      leaseMs,
    });
  });

  test('another boot of the instance proves that the former is gone: its task is free at once', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await holds(first);
    await using second = await start(name, { instanceId: 'pod', script: silent });
    await holds(second);
    expect(second.tasks[0]).toMatchObject({ taskId: id, attempt: 2 });
  });

  test('a task that has lost its delegate again and again is not given to another', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await holds(first);
    await api.api.database.prisma.task.update({ where: { id }, data: { attempt: 20 } });
    await using second = await start(name, { instanceId: 'pod' });
    expect(await desk.outcome(id)).toMatchObject({
      kind: 'failed',
      failure: { code: 'delegate.lost_repeatedly', errorType: 'DelegateRestart' },
    });
    expect(second.offers).toEqual([]);
  });

  test('a script of a former boot is not run again', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(first);
    await using second = await start(name, { instanceId: 'pod' });
    expect(await desk.outcome(id)).toMatchObject({
      kind: 'failed',
      failure: { errorType: 'DelegateRestart', message: expect.stringContaining(name) },
    });
    expect(second.offers).toEqual([]);
  });

  test('a script whose claim was answered into a broken line never began, and is offered again', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(first);
    first.hangUp();
    await using _again = await start(name, { instanceId: 'pod', bootId: first.bootId });
    expect(await desk.outcome(id)).toEqual(done);
    expect(await desk.row(id)).toMatchObject({ attempt: 2 });
  });

  test('an outcome that another boot brings along is wanted', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(first);
    const attempt = { taskId: id, attempt: 1 };
    await using second = await start(name, { instanceId: 'pod', finished: [attempt] });
    expect(second.welcome.send).toEqual([attempt]);
    await second.send('task.outcome', { ...attempt, outcome: done });
    expect(await desk.outcome(id)).toEqual(done);
  });

  test('a delegate that gives a task back may give back only what may be repeated', async () => {
    const name = newName();
    await using delegate = await start(name, {
      script: silent,
      capabilities: ['namespace-check', 'shell-script'],
    });
    const shell = await desk.start(script('true'), { selectors: [name] });
    await holds(delegate);
    expect(await delegate.send('task.release', { taskId: shell, attempt: 1, reason: 'x' })).toMatchObject({
      error: 'not_allowed_now',
    });
    const check = await desk.start(repeatableTask(), { selectors: [name] });
    await vi.waitFor(() => expect(delegate.tasks).toHaveLength(2), waiting);
    expect(await delegate.send('task.release', { taskId: check, attempt: 1, reason: 'x' })).toEqual({
      ok: true,
    });
    await vi.waitFor(() => expect(delegate.tasks[2]).toMatchObject({ taskId: check, attempt: 2 }), waiting);
  });

  test('an offer that is not claimed is made to the next one', async () => {
    const name = newName();
    await using deaf = await startScriptedDelegate({ url, token, name, capacity: 100 });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await vi.waitFor(() => expect(deaf.offers).toEqual([{ taskId: id, attempt: 1 }]), waiting);
    await using _other = await start(name);
    expect(await desk.outcome(id)).toEqual(done);
  });
});

describe('cancel', () => {
  test('a task nobody has begun ends at once', async () => {
    const id = await desk.start(script('true'), { selectors: [newName()] });
    await desk.cancel(id);
    expect(await desk.outcome(id)).toEqual({ kind: 'cancelled' });
  });

  test('the holder is told, and says how it ended', async () => {
    const name = newName();
    await using delegate = await start(name, {
      script: async (task) => ((await task.cancelled) === 'no longer' ? { kind: 'cancelled' } : done),
    });
    const id = await desk.start(script('true'), { selectors: [name] });
    await holds(delegate);
    await desk.cancel(id, 'no longer');
    expect(await desk.outcome(id)).toEqual({ kind: 'cancelled' });
  });

  test('when its holder is lost, a cancelled task is not given to another', async () => {
    const name = newName();
    await using first = await start(name, { instanceId: 'pod', script: silent });
    const id = await desk.start(repeatableTask(), { selectors: [name] });
    await holds(first);
    await desk.cancel(id);
    await using second = await start(name, { instanceId: 'pod' });
    expect(await desk.outcome(id)).toEqual({ kind: 'cancelled' });
    expect(second.offers).toEqual([]);
  });
});

describe('selection', () => {
  test('who last worked for a connector is asked again', async () => {
    const tag = newName();
    const script = () => done;
    await using one = await start(newName(), { tags: [tag], script });
    await using other = await start(newName(), { tags: [tag], script });
    const preferKey = `connector-${tag}`;
    for (let round = 0; round < 3; round += 1)
      await desk.outcome(await desk.start(repeatableTask(), { selectors: [tag], preferKey }));
    expect(new Set([one.tasks.length, other.tasks.length])).toEqual(new Set([0, 3]));
  });

  test('a delegate of a project is not seen by the account, but the account is seen by the project', async () => {
    const ofProject = await api.admin.post('/orgs/default/projects/default/delegate-tokens', {
      body: { name: newName() },
    });
    const inner = newName();
    const outer = newName();
    await using _inner = await start(inner, { token: ofProject.body.value });
    await using _outer = await start(outer);
    const above = await desk.start(repeatableTask(), { selectors: [inner] });
    const below = await desk.start(repeatableTask(), { selectors: [outer], scope: defaultProject });
    const own = await desk.start(repeatableTask(), { selectors: [inner], scope: defaultProject });
    expect(await desk.outcome(below)).toEqual(done);
    expect(await desk.outcome(own)).toEqual(done);
    expect(JSON.stringify((await desk.row(above)).ineligible ?? [])).not.toContain(`"delegate":"${inner}"`);
    expect(await desk.row(above)).toMatchObject({ status: 'queued' });
  });

  test('a task waits for a place and gets it when another one has ended', async () => {
    const name = newName();
    await using delegate = await start(name, { capacity: 1, script: silent });
    const first = await desk.start(repeatableTask('a'), { selectors: [name] });
    await holds(delegate);
    const second = await desk.start(repeatableTask('b'), { selectors: [name] });
    await desk.becomes(second, {
      status: 'queued',
      ineligible: expect.arrayContaining([
        expect.objectContaining({ delegate: name, eligible: true, reason: expect.stringContaining('busy') }),
      ]),
    });
    await delegate.send('task.outcome', { taskId: first, attempt: 1, outcome: done });
    await vi.waitFor(() => expect(delegate.tasks).toHaveLength(2), waiting);
  });
});

test('every kind of task reaches a delegate as it was written', async () => {
  const name = newName();
  await using delegate = await start(name);
  const specs: TaskSpec[] = [
    script('true'),
    repeatableTask(),
    { kind: 'connection-test', payload: { access: { type: 'inherit' }, skipDefaultNamespace: true } },
  ];
  for (const spec of specs) await desk.outcome(await desk.start(spec, { selectors: [name] }));
  expect(delegate.tasks.map(({ spec }) => spec)).toEqual(specs);
  expect(Object.keys(taskKinds)).toEqual(expect.arrayContaining(specs.map(({ kind }) => kind)));
});

test('tasks that nobody can do do not stand in the way of one that somebody can', async () => {
  const name = newName();
  const { prisma } = api.api.database;
  const spec = repeatableTask();
  const hopeless = Array.from({ length: 230 }, () => ({
    id: randomUUID(),
    kind: spec.kind,
    payload: {},
    repeatable: true,
    scopeKey: 'account',
    selectors: ['nobody-has-this'],
    status: 'queued',
  }));
  await prisma.task.createMany({ data: hopeless });
  const id = await desk.start(spec, { selectors: [name] });
  await using _delegate = await start(name);
  expect(await desk.outcome(id)).toEqual(done);
  await prisma.task.deleteMany({ where: { selectors: { has: 'nobody-has-this' } } });
});

test('a delegate that was taken for silent is there again with its next heartbeat', async () => {
  const name = newName();
  await using delegate = await start(name);
  await api.api.database.prisma.delegateInstance.updateMany({
    where: { instanceId: delegate.instanceId },
    data: { connected: false, gatewayId: null },
  });
  expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({ connected: false });
  await delegate.send('heartbeat', { running: [], draining: false });
  await vi.waitFor(
    async () => expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({ connected: true }),
    waiting,
  );
  expect(await desk.outcome(await desk.start(repeatableTask(), { selectors: [name] }))).toEqual(done);
});
