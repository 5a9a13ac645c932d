import { randomUUID } from 'node:crypto';
import type { TaskOutcome, TaskSpec } from '@slipway/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Tasks } from '../src/domains/tasks/index.ts';
import { startDelegateProcess } from './delegate-process.ts';
import type { DelegateProcess } from './delegate-process.ts';
import { createTestApi } from './harness.ts';
import type { TestApi } from './harness.ts';

const token = 'a-delegate-token-for-tests';
let api: TestApi;
let url: string;
let tasks: Tasks;

beforeAll(async () => {
  api = await createTestApi({ environment: { SLIPWAY_BOOTSTRAP_DELEGATE_TOKEN: token } });
  url = await api.listen();
  tasks = api.api.tasks;
});
afterAll(async () => {
  await api.close();
});

const name = (): string => `d-${randomUUID().slice(0, 8)}`;
const script = (
  text: string,
  changes: Partial<Extract<TaskSpec, { kind: 'shell-script' }>['payload']> = {},
): TaskSpec => ({
  kind: 'shell-script',
  payload: { shell: 'Bash', script: { parts: [{ text }] }, environment: {}, outputs: [], ...changes },
});

async function startTask(spec: TaskSpec, selectors: string[]): Promise<string> {
  const id = randomUUID();
  await api.api.database.transaction((tx) =>
    tasks.create(tx, { id, spec, scope: { level: 'account' }, selectors }),
  );
  return id;
}
const row = (id: string) => api.api.database.prisma.task.findUniqueOrThrow({ where: { id } });

async function outcomeOf(id: string, timeout = 20_000): Promise<TaskOutcome> {
  await vi.waitFor(async () => expect((await row(id)).status).toBe('finished'), { timeout, interval: 20 });
  // Written by the gateway, which parsed it.
  return (await row(id)).outcome as unknown as TaskOutcome;
}
const becomes = (id: string, status: string) =>
  vi.waitFor(async () => expect((await row(id)).status).toBe(status), { timeout: 20_000, interval: 20 });
const connected = (delegate: string) =>
  vi.waitFor(
    async () =>
      expect((await api.admin.get(`/delegates/${delegate}`)).body).toMatchObject({ connected: true }),
    { timeout: 20_000, interval: 20 },
  );
const start = (delegate: string, changes: { stateDir?: string } = {}): Promise<DelegateProcess> =>
  startDelegateProcess({ url, token, name: delegate, ...changes });

test('a delegate connects, runs a script and reports its outputs', async () => {
  const delegate = name();
  await using _process = await start(delegate);
  const id = await startTask(
    script('greeting="hello $WHO"; echo out; echo err >&2', {
      environment: { WHO: { parts: [{ text: 'world' }] } },
      outputs: [{ name: 'said', variable: 'greeting', secret: false }],
    }),
    [delegate],
  );
  expect(await outcomeOf(id)).toEqual({ kind: 'succeeded', outputs: { said: 'hello world' } });
});
