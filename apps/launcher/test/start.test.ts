import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identifyProcess } from '@slipway/postgres';
import { readSandboxStatus } from '@slipway/sandbox';
import { emptyDatabase, testDatabase } from '@slipway/testing';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { childrenOf, freePort, launch, type Launched } from './launched.ts';

// Each test starts Slipway up to three times, beside whatever else the machine does.
vi.setConfig({ testTimeout: 300_000 });

const signInLink = /Sign in, once, by\s+(\S+)/;
/** The Kubernetes programs may have to be built first. */
const BUILD_DEADLINE_MS = 30 * 60_000;
const soon = { timeout: 60_000, interval: 50 };

let dataDir: string;
let environment: Record<string, string>;
const launched: Launched[] = [];

beforeEach(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-start-test-'));
  // The database's account has to pass through it where the tests are run by root.
  chmodSync(folder, 0o755);
  dataDir = path.join(folder, 'data');
  // The real console has tests of its own; here it only has to be served.
  const webDir = path.join(folder, 'web');
  mkdirSync(webDir);
  writeFileSync(path.join(webDir, 'index.html'), '<title>console</title>');
  environment = { SLIPWAY_DATA_DIR: dataDir, SLIPWAY_PORT: await freePort(), SLIPWAY_WEB_DIR: webDir };
});
afterEach(async () => {
  for (const each of launched.splice(0)) {
    each.program.kill('SIGTERM');
    await each.ended;
  }
  rmSync(path.dirname(dataDir), { recursive: true, force: true });
});

function start(more: Record<string, string> = {}): Launched {
  const started = launch({ ...environment, ...more });
  launched.push(started);
  return started;
}

async function status(url: string): Promise<number | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (response) => response.status,
    () => undefined,
  );
}

const runs = (pid: number | undefined): boolean => pid !== undefined && identifyProcess(pid) !== undefined;
const postmaster = (): number =>
  Number(readFileSync(path.join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);

describe('pnpm start', () => {
  test('brings everything up, prints a way in, and Ctrl-C ends everything', async () => {
    const started = start();
    const [, link = ''] = await started.printed(signInLink);
    expect(started.output()).toContain('made a master key');
    expect(statSync(path.join(dataDir, 'master.key')).mode & 0o777).toBe(0o600);
    expect(link.startsWith(started.baseUrl)).toBe(true);
    expect(await status(`${started.baseUrl}/readyz`)).toBe(200);
    expect(await status(`${started.baseUrl}/`)).toBe(200);
    const children = childrenOf(dataDir);
    expect(Object.keys(children).toSorted()).toEqual(['api', 'delegate', 'worker']);
    const database = postmaster();
    started.program.kill('SIGINT');
    expect(await started.ended).toBe(0);
    expect(started.output()).toContain('everything is stopped');
    expect([...Object.values(children), database].filter(runs)).toEqual([]);
    expect(existsSync(path.join(dataDir, 'running.json'))).toBe(false);
  });

  test('tells a second start where the first one is, and gives further ways in', async () => {
    const first = start();
    const [, link] = await first.printed(signInLink);
    const second = start({ SLIPWAY_PORT: await freePort() });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('it is already running');
    expect(second.output()).toContain(`Open ${first.baseUrl}`);
    const more = launch(environment, ['apps/launcher/src/sign-in-link.ts']);
    expect(await more.ended).toBe(0);
    expect(more.output().startsWith(first.baseUrl)).toBe(true);
    expect(more.output().trim()).not.toBe(link);
    first.program.kill('SIGTERM');
    await first.ended;
    const late = launch(environment, ['apps/launcher/src/sign-in-link.ts']);
    expect(await late.ended).toBe(1);
    expect(late.output()).toContain('No installation is running');
  });
});

describe('after kill -9', () => {
  test('of any program it is started again', async () => {
    const started = start();
    await started.printed(signInLink);
    for (const name of ['api', 'worker', 'delegate']) {
      await vi.waitUntil(() => runs(childrenOf(dataDir)[name]), soon);
      const before = childrenOf(dataDir)[name] ?? 0;
      process.kill(before, 'SIGKILL');
      await started.printed(new RegExp(`the ${name} ended \\(SIGKILL\\)`));
      await vi.waitUntil(() => ![undefined, before].includes(childrenOf(dataDir)[name]), soon);
    }
    process.kill(postmaster(), 'SIGKILL');
    await started.printed(/database\s+running again/);
    const ready = async (): Promise<boolean> => (await status(`${started.baseUrl}/readyz`)) === 200;
    expect(await vi.waitUntil(ready, soon)).toBe(true);
  });

  test('of the launcher its programs end; of everything at once, too, the next start has all data', async () => {
    const first = start();
    await first.printed(signInLink);
    await vi.waitUntil(() => Object.keys(childrenOf(dataDir)).length === 3, soon);
    const children = Object.values(childrenOf(dataDir));
    const key = readFileSync(path.join(dataDir, 'master.key'), 'utf8');
    first.program.kill('SIGKILL');
    await first.ended;
    await vi.waitUntil(() => children.filter(runs).length === 0, soon);
    const second = start();
    await second.printed(signInLink);
    for (const pid of [second.program.pid, postmaster(), ...Object.values(childrenOf(dataDir))]) {
      if (runs(pid)) process.kill(pid ?? 0, 'SIGKILL');
    }
    await second.ended;
    const third = start();
    await third.printed(signInLink);
    expect(await status(`${third.baseUrl}/readyz`)).toBe(200);
    expect(readFileSync(path.join(dataDir, 'master.key'), 'utf8')).toBe(key);
  });
});

describe('the sandbox cluster', () => {
  test(
    'comes up beside the console, again after kill -9, and ends with the rest',
    async () => {
      const started = start({ SLIPWAY_SANDBOX: 'on', ...toolsOfThisMachine() });
      await started.printed(signInLink);
      await started.printed(/Kubernetes v\S+ ready/, BUILD_DEADLINE_MS);
      const kubeconfig = readFileSync(path.join(dataDir, 'sandbox/kubeconfig.yaml'), 'utf8');
      const [address = ''] = /https:\/\/127\.0\.0\.1:\d+/.exec(kubeconfig) ?? [];
      expect(await listens(address)).toBe(true);
      process.kill(childrenOf(dataDir)['sandbox'] ?? 0, 'SIGKILL');
      await started.printed(/the sandbox ended \(SIGKILL\)/);
      const isReady = (): boolean => readSandboxStatus(path.join(dataDir, 'sandbox')).phase === 'ready';
      expect(await vi.waitUntil(isReady, { timeout: 120_000, interval: 100 })).toBe(true);
      started.program.kill('SIGINT');
      expect(await started.ended).toBe(0);
      expect(await listens(address)).toBe(false);
    },
    BUILD_DEADLINE_MS,
  );
});

describe('what stands in the way is told with its remedy', () => {
  async function refused(started: Launched): Promise<string> {
    expect(await started.ended).toBe(1);
    const output = started.output();
    // A person is told, not shown where in the program it was noticed.
    expect(output).not.toMatch(/^\s+at /m);
    expect(output).toContain('what this start had begun is ended');
    return output;
  }

  test('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) =>
      other.listen(Number(environment['SLIPWAY_PORT']), '127.0.0.1', resolve),
    );
    const output = await refused(start());
    other.close();
    expect(output).toContain(`port ${environment['SLIPWAY_PORT']} is in use`);
    expect(output).toContain('SLIPWAY_PORT=');
  });

  test('a data directory that cannot be written', async () => {
    const file = path.join(path.dirname(dataDir), 'a-file');
    writeFileSync(file, '');
    const output = await refused(start({ SLIPWAY_DATA_DIR: path.join(file, 'data') }));
    expect(output).toContain('the data directory cannot be written');
    expect(output).toContain('SLIPWAY_DATA_DIR=');
  });

  test('a DATABASE_URL that leads nowhere', async () => {
    const output = await refused(start({ DATABASE_URL: 'postgresql://nobody:wrong@127.0.0.1:1/none' }));
    expect(output).toContain('database');
    expect(output).toMatch(/DATABASE_URL/);
    expect(output).toContain('What to do');
  });

  test('a database that a newer program has used', async () => {
    await using database = await testDatabase();
    await sql(
      database.url,
      `insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'y', '29990101000000_later', now())`,
    );
    const output = await refused(start({ DATABASE_URL: database.url }));
    expect(output).toContain('29990101000000_later');
    expect(output).toContain('What to do');
  });

  test('a migration that fails', async () => {
    await using database = await emptyDatabase();
    await sql(database.url, 'create table organization (n int)');
    const output = await refused(start({ DATABASE_URL: database.url }));
    expect(output).toContain('migration.sql');
    expect(output).toContain('"organization" already exists');
    expect(output).toContain('What to do');
  });

  test('a master key that is lost, and nothing is put in its place', async () => {
    const first = start();
    await first.printed(signInLink);
    first.program.kill('SIGTERM');
    await first.ended;
    const keyFile = path.join(dataDir, 'master.key');
    const key = readFileSync(keyFile, 'utf8');
    rmSync(keyFile);
    const output = await refused(start());
    expect(output).toContain('the master key is lost');
    expect(existsSync(keyFile)).toBe(false);
    const wrong = await refused(start({ SLIPWAY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') }));
    expect(wrong).toMatch(/master key/i);
    expect(wrong).toContain('What to do');
    writeFileSync(keyFile, key, { mode: 0o600 });
    await start().printed(signInLink);
  });
});

async function sql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** Programs that are there already need not be built for this. */
function toolsOfThisMachine(): Record<string, string> {
  const names = ['SLIPWAY_TOOLS_DIR', 'SLIPWAY_TOOLS_CACHE', 'SLIPWAY_TOOLS'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
