import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Room } from '@slipway/contracts';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { createSignInLink } from '../src/domains/identity/index.ts';
import { announce } from '../src/platform/live.ts';
import { createTestApi } from './harness.ts';
import type { TestApi } from './harness.ts';

const project: Room = { kind: 'project', org: 'default', project: 'default' };

interface Browser extends Disposable {
  readonly socket: Socket;
  readonly cookie: string;
  readonly received: unknown[];
  join(room: unknown): Promise<unknown>;
}

async function signedInCookie(api: TestApi): Promise<string> {
  const token = await createSignInLink(api.api.database, new Date());
  const answer = await api.anonymous.post('/sessions/link', { body: { token } });
  return String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

function dial(address: string, headers: Record<string, string>): Socket {
  return io(`${address}/ui`, {
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: false,
  });
}

async function openBrowser(api: TestApi, address: string): Promise<Browser> {
  const cookie = await signedInCookie(api);
  const socket = dial(address, { cookie, origin: address });
  const received: unknown[] = [];
  socket.on('changed', (message) => received.push(message));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    cookie,
    received,
    join: (room) => socket.timeout(5_000).emitWithAck('join', room),
    [Symbol.dispose]: () => socket.disconnect(),
  };
}

const refusal = (address: string, headers: Record<string, string>): Promise<string> =>
  new Promise((resolve) => {
    const socket = dial(address, headers);
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve(error.message));
  });

const soon = { timeout: 10_000, interval: 20 };

test('a browser hears of what is committed in the rooms it joined, in order', async () => {
  await using api = await createTestApi();
  using browser = await openBrowser(api, await api.listen());
  expect(await browser.join(project)).toEqual({ ok: true });
  const { database } = api.api;
  const tell = (identifier: string) =>
    database.transaction((tx) => announce(tx, project, { topic: 'entity', kind: 'service', identifier }));
  await tell('a');
  await expect(
    database.transaction(async (tx) => {
      await announce(tx, project, { topic: 'entity', kind: 'service', identifier: 'never' });
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  await database.transaction((tx) =>
    announce(
      tx,
      { kind: 'project', org: 'other', project: 'other' },
      { topic: 'entity', kind: 'service', identifier: 'elsewhere' },
    ),
  );
  await database.transaction((tx) =>
    announce(tx, { level: 'account' }, { topic: 'delegate', name: 'local' }),
  );
  await tell('b');
  await expect.poll(() => browser.received.length, soon).toBe(3);
  expect(browser.received).toEqual([
    { topic: 'entity', kind: 'service', identifier: 'a' },
    { topic: 'delegate', name: 'local' },
    { topic: 'entity', kind: 'service', identifier: 'b' },
  ]);
});

test('nobody listens without a session, or from a page of another site', async () => {
  await using api = await createTestApi();
  const address = await api.listen();
  const cookie = await signedInCookie(api);
  expect(await refusal(address, { origin: address })).toBe('identity.unauthenticated');
  expect(await refusal(address, { origin: address, cookie: `slipway_session=${'A'.repeat(43)}` })).toBe(
    'identity.unauthenticated',
  );
  expect(await refusal(address, { origin: 'https://evil.example', cookie })).toBe('request.cross_site');
  expect(await refusal(address, { cookie })).toBe('request.cross_site');
});

test('a room is joined by those who may see what happens in it', async () => {
  await using api = await createTestApi();
  await api.admin.post('/orgs', { body: { identifier: 'acme', name: 'Acme' } });
  await api.admin.post('/orgs/acme/projects', { body: { identifier: 'shop', name: 'Shop' } });
  const { prisma } = api.api.database;
  const execution = await prisma.execution.create({
    data: {
      id: '019503f2-6f0e-7cc3-98c4-dc0c0c07398f',
      scopeKey: 'project/default/default',
      pipeline: 'p',
      pipelineName: 'P',
      sequence: 1,
      status: 'RUNNING',
      headline: '',
      graph: {},
      state: {},
      yaml: '',
      trigger: {},
    },
  });
  const address = await api.listen();
  const cookie = await signedInCookie(api);
  await prisma.roleAssignment.updateMany({
    where: { principalType: 'user' },
    data: { role: '_project_viewer', scopeKey: 'project/acme/shop' },
  });
  const socket = dial(address, { cookie, origin: address });
  const join = (room: unknown): Promise<unknown> => socket.timeout(5_000).emitWithAck('join', room);
  const shop = { org: 'acme', project: 'shop' };
  expect(await join({ kind: 'project', ...shop })).toEqual({ ok: true });
  expect(await join(project)).toEqual({ ok: false, code: 'entity.not_found' });
  expect(await join({ ...project, kind: 'execution', executionId: execution.id })).toEqual({
    ok: false,
    code: 'entity.not_found',
  });
  expect(await join({ kind: 'execution', ...shop, executionId: execution.id })).toEqual({
    ok: false,
    code: 'entity.not_found',
  });
  expect(await join({ kind: 'execution', ...shop, executionId: 'nonsense' })).toEqual({
    ok: false,
    code: 'entity.not_found',
  });
  expect(await join('account')).toEqual({ ok: false, code: 'request.invalid' });
  socket.disconnect();
});

test('the end of a session ends its connection', async () => {
  await using api = await createTestApi();
  const address = await api.listen();
  using browser = await openBrowser(api, address);
  using other = await openBrowser(api, address);
  await browser.join(project);
  await api.client({ cookie: browser.cookie, origin: api.baseUrl }).delete('/sessions/current');
  await expect.poll(() => browser.socket.connected, soon).toBe(false);
  expect(other.socket.connected).toBe(true);
});

test('who loses a role hears no more', async () => {
  await using api = await createTestApi({ liveRecheckMs: 100 });
  using browser = await openBrowser(api, await api.listen());
  await browser.join(project);
  await api.api.database.prisma.roleAssignment.deleteMany();
  await expect.poll(() => browser.socket.connected, soon).toBe(false);
});

test('a lost listening connection sends browsers to read again', async () => {
  await using api = await createTestApi();
  using browser = await openBrowser(api, await api.listen());
  await browser.join(project);
  const { pool } = api.api.database;
  await pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'slipway-notifications' and datname = current_database()",
  );
  await expect.poll(() => browser.socket.connected, soon).toBe(false);
  expect((await api.app.inject({ url: '/readyz' })).statusCode).toBe(200);
});

test('the progress of the sandbox is shown, and told when it changes', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-status-'));
  const file = path.join(folder, 'status.json');
  const write = (phase: string): void => {
    const status = {
      phase,
      message: 'Building',
      steps: [{ name: 'etcd', state: 'running' }],
      kubeconfig: '/etc/slipway/kubeconfig',
      updatedAt: '',
    };
    writeFileSync(`${file}.new`, JSON.stringify(status));
    renameSync(`${file}.new`, file);
  };
  await using api = await createTestApi({ environment: { SLIPWAY_SANDBOX_STATUS: file } });
  using browser = await openBrowser(api, await api.listen());
  expect((await api.admin.get('/sandbox')).body).toMatchObject({ phase: 'off', steps: [] });
  write('tools');
  await expect.poll(() => browser.received, soon).toContainEqual({ topic: 'sandbox' });
  const shown = await api.admin.get('/sandbox');
  expect(shown.body).toEqual({
    phase: 'tools',
    message: 'Building',
    steps: [{ name: 'etcd', state: 'running' }],
  });
  writeFileSync(file, '{broken');
  expect((await api.admin.get('/sandbox')).body.phase).toBe('failed');
  rmSync(folder, { recursive: true, force: true });
});
