import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test, vi } from 'vitest';
import { openLine } from './cuttable-line.ts';
import { startDelegateProcess } from './delegate-process.ts';
import type { DelegateProcess, DelegateProcessOptions } from './delegate-process.ts';
import { createTestApi } from './harness.ts';
import type { TestApi } from './harness.ts';
import { createTaskDesk, newName, script, waiting } from './task-desk.ts';

const token = 'a-delegate-token-for-tests';
let api: TestApi;
let url: string;
let desk: ReturnType<typeof createTaskDesk>;
let folder: string;

beforeAll(async () => {
  api = await createTestApi({ environment: { SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: token } });
  url = await api.listen();
  desk = createTaskDesk(api);
});
afterAll(async () => {
  await api.close();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-delegates-test-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const start = (name: string, changes: Partial<DelegateProcessOptions> = {}): Promise<DelegateProcess> =>
  startDelegateProcess({ url, token, name, ...changes });
const exists = (file: string) => vi.waitFor(() => expect(existsSync(file)).toBe(true), waiting);
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
/** Tells in a file which process it is, then waits for longer than any test. */
const longScript = (file: string): string =>
  `echo $$ > "${file}.new"; mv "${file}.new" "${file}"; sleep 600 & wait`;
const pidIn = async (file: string): Promise<number> => {
  await exists(file);
  return Number(await readFile(file, 'utf8'));
};

test('a script runs with its environment and its outputs are read', async () => {
  const name = newName();
  await using _process = await start(name);
  const id = await desk.start(
    script('greeting="hello $WHO"; echo out; echo err >&2', {
      environment: { WHO: { parts: [{ text: 'world' }] } },
      outputs: [{ name: 'said', variable: 'greeting', secret: false }],
    }),
    { selectors: [name] },
  );
  expect(await desk.outcome(id)).toEqual({ kind: 'succeeded', outputs: { said: 'hello world' } });
});

test('a script sees neither the token nor any other setting of the delegate', async () => {
  const name = newName();
  await using _process = await start(name);
  const id = await desk.start(
    script('everything="$(env)"', {
      outputs: [{ name: 'everything', variable: 'everything', secret: false }],
    }),
    { selectors: [name] },
  );
  const outcome = await desk.outcome(id);
  if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
  expect(outcome.outputs['everything']).not.toMatch(/SLIPWAY|delegate-token/);
  expect(outcome.outputs['everything']).toContain('PATH=');
});

test('a local delegate whose parent has died ends within seconds, and says what became of its script', async () => {
  const name = newName();
  await using delegate = await start(name, { withParent: true });
  const id = await desk.start(script(longScript(path.join(folder, 'pid'))), { selectors: [name] });
  const pid = await pidIn(path.join(folder, 'pid'));
  delegate.child.disconnect();
  expect(await desk.outcome(id)).toMatchObject({
    kind: 'failed',
    failure: { code: 'delegate.restarted', errorType: 'DelegateRestart' },
  });
  expect(await delegate.exited).toBe(0);
  await vi.waitFor(() => expect(alive(pid)).toBe(false), waiting);
}, 60_000);

test('a delegate that is killed leaves no script behind, and its script is not run again', async () => {
  const name = newName();
  const stateDir = path.join(folder, 'state');
  const first = await start(name, { stateDir });
  const id = await desk.start(script(longScript(path.join(folder, 'pid'))), { selectors: [name] });
  const pid = await pidIn(path.join(folder, 'pid'));
  await first.kill();
  await vi.waitFor(() => expect(alive(pid)).toBe(false), waiting);
  await rm(path.join(folder, 'pid'));
  await using _second = await start(name, { stateDir });
  expect(await desk.outcome(id)).toMatchObject({
    kind: 'failed',
    failure: { code: 'delegate.restarted', errorType: 'DelegateRestart' },
  });
  expect(existsSync(path.join(folder, 'pid'))).toBe(false);
});

test('a cancelled script ends with all its processes', async () => {
  const name = newName();
  await using _process = await start(name);
  const id = await desk.start(script(longScript(path.join(folder, 'pid'))), { selectors: [name] });
  const pid = await pidIn(path.join(folder, 'pid'));
  await desk.cancel(id);
  expect(await desk.outcome(id)).toEqual({ kind: 'cancelled' });
  await vi.waitFor(() => expect(alive(pid)).toBe(false), waiting);
});

test('SIGTERM lets a running task end, takes no other, and ends the process', async () => {
  const name = newName();
  await using delegate = await start(name);
  const go = path.join(folder, 'go');
  const id = await desk.start(
    script(`touch "${folder}/begun"; while ! [ -e "${go}" ]; do sleep 0.05; done; v=done`, {
      outputs: [{ name: 'v', variable: 'v', secret: false }],
    }),
    { selectors: [name] },
  );
  await exists(path.join(folder, 'begun'));
  delegate.child.kill('SIGTERM');
  const draining = async () => (await api.admin.get(`/delegates/${name}`)).body.instances[0].draining;
  await vi.waitFor(async () => expect(await draining()).toBe(true), waiting);
  const later = await desk.start(script('true'), { selectors: [name] });
  await desk.becomes(later, {
    status: 'queued',
    ineligible: expect.arrayContaining([
      expect.objectContaining({ reason: 'is shutting down and takes no more tasks' }),
    ]),
  });
  await writeFile(go, '');
  expect(await desk.outcome(id)).toEqual({ kind: 'succeeded', outputs: { v: 'done' } });
  expect(await delegate.exited).toBe(0);
  expect(await desk.row(later)).toMatchObject({ status: 'queued' });
});

test('an outcome is kept while the control plane cannot be reached', async () => {
  const name = newName();
  await using line = await openLine(url);
  await using _process = await start(name, { url: line.url });
  const id = await desk.start(
    script(
      `touch "${folder}/begun"; while ! [ -e "${folder}/go" ]; do sleep 0.05; done; touch "${folder}/done"`,
    ),
    { selectors: [name] },
  );
  await exists(path.join(folder, 'begun'));
  line.cut();
  await rm(path.join(folder, 'begun'));
  await writeFile(path.join(folder, 'go'), '');
  await exists(path.join(folder, 'done'));
  expect(await desk.row(id)).toMatchObject({ status: 'running' });
  line.mend();
  expect(await desk.outcome(id)).toEqual({ kind: 'succeeded', outputs: {} });
});

test('an outcome is kept over the restart of the delegate itself', async () => {
  const name = newName();
  const stateDir = path.join(folder, 'state');
  await using line = await openLine(url);
  const first = await start(name, { url: line.url, stateDir });
  const id = await desk.start(
    script(`touch "${folder}/begun"; while ! [ -e "${folder}/go" ]; do sleep 0.05; done; v=kept`, {
      outputs: [{ name: 'v', variable: 'v', secret: false }],
    }),
    { selectors: [name] },
  );
  await exists(path.join(folder, 'begun'));
  line.cut();
  await writeFile(path.join(folder, 'go'), '');
  await vi.waitFor(
    async () => expect(await readdir(path.join(stateDir, 'outcomes'))).toHaveLength(1),
    waiting,
  );
  await first.kill();
  line.mend();
  await using _second = await start(name, { url: line.url, stateDir });
  expect(await desk.outcome(id)).toEqual({ kind: 'succeeded', outputs: { v: 'kept' } });
  await vi.waitFor(async () => expect(await readdir(path.join(stateDir, 'outcomes'))).toEqual([]), waiting);
});

test('a revoked token disconnects its delegate at once, and the process ends', async () => {
  const name = newName();
  const made = await api.admin.post('/delegate-tokens', { body: { name: `t-${name}` } });
  await using delegate = await start(name, { token: made.body.value });
  await vi.waitFor(
    async () => expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({ connected: true }),
    waiting,
  );
  expect((await api.admin.post(`/delegate-tokens/t-${name}/revoke`)).status).toBe(200);
  expect(await delegate.exited).toBe(78);
  expect(delegate.output()).toContain('was revoked');
  await vi.waitFor(
    async () => expect((await api.admin.get(`/delegates/${name}`)).body).toMatchObject({ connected: false }),
    waiting,
  );
  await using again = await start(name, { token: made.body.value });
  expect(await again.exited).toBe(78);
});
