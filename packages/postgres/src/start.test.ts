import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, test } from 'vitest';
import { isRunning, identifyProcess, PostgresStartError, startPostgres } from './index.ts';
import type { PostgresServer } from './index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'slipway-postgres-test-'));
  chmodSync(folder, 0o755);
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function start(dataDir: string, port?: number): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, durable: false, ...(port === undefined ? {} : { port }) });
  cleanups.push(() => server.stop());
  return server;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

describe('the embedded server', () => {
  test('keeps rows over a stop and a start, and its port', async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    await query(first.url, 'create table kept (n int); insert into kept values (7)');
    await first.stop();
    const second = await start(dataDir);
    expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(second.port).toBe(first.port);
  });

  test('keeps committed rows when it is killed', async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    await query(
      first.url,
      'create table kept (n int); insert into kept select generate_series(1, 2000); checkpoint',
    );
    await query(first.url, 'insert into kept values (2001)');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' });
    const second = await start(dataDir);
    expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 2001 }]);
  });

  test('replaces a server that outlived the process that started it', async () => {
    const dataDir = temporaryFolder();
    const orphan = await startInKilledProcess(dataDir);
    expect(isRunning(orphan)).toBe(true);
    const server = await start(dataDir);
    expect(isRunning(orphan)).toBe(false);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('does not touch another program that has the number in a stale pid file', async () => {
    const dataDir = temporaryFolder();
    const first = await start(dataDir);
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    cleanups.push(() => stranger.kill());
    writeFileSync(
      path.join(dataDir, 'cluster', 'postmaster.pid'),
      `${stranger.pid}\n${dataDir}\n0\n${first.port}\n`,
    );
    await start(dataDir);
    expect(identifyProcess(stranger.pid ?? -1)).toBeDefined();
  });

  test('refuses a data directory whose owner still runs', async () => {
    const dataDir = temporaryFolder();
    const owner = spawn('sleep', ['60'], { stdio: 'ignore' });
    cleanups.push(() => owner.kill());
    writeFileSync(path.join(dataDir, 'owner.json'), JSON.stringify(identifyProcess(owner.pid ?? -1)));
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({ problem: 'data_dir_in_use' });
  });

  test('says that a port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startPostgres({ dataDir: temporaryFolder(), port })).rejects.toMatchObject({
      problem: 'port_in_use',
      message: expect.stringContaining(String(port)),
    });
  });

  test('says that the data directory cannot be written', async () => {
    const file = path.join(temporaryFolder(), 'a-file');
    writeFileSync(file, '');
    const failure = await startPostgres({ dataDir: path.join(file, 'data') }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(PostgresStartError);
    expect(failure).toMatchObject({
      problem: 'data_dir_not_writable',
      hint: expect.stringContaining('SLIPWAY_DATA_DIR'),
    });
  });

  test('names both versions when the data was written by another one', async () => {
    const dataDir = temporaryFolder();
    await (await start(dataDir)).stop();
    writeFileSync(path.join(dataDir, 'cluster', 'PG_VERSION'), '14\n');
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({
      problem: 'wrong_version',
      message: expect.stringMatching(/PostgreSQL 14.* brings 18/),
    });
  });

  test('starts in a folder that only we can reach', async () => {
    const closed = path.join(temporaryFolder(), 'home');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = path.join(closed, 'data');
    const server = await start(dataDir);
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    if (process.getuid?.() !== 0) return;
    const elsewhere = readFileSync(path.join(dataDir, 'location'), 'utf8').trim();
    cleanups.unshift(() => rmSync(elsewhere, { recursive: true, force: true }));
    await server.stop();
    expect((await start(dataDir)).port).toBe(server.port);
  });
});

/** Starts a server in a process of its own, kills that process and names the server that is left. */
async function startInKilledProcess(dataDir: string): Promise<{ pid: number; startedAt: string }> {
  const script = `import { startPostgres } from ${JSON.stringify(path.join(import.meta.dirname, 'index.ts'))};
    const { pid } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false });
    console.log(pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (data: Buffer) => resolve(data.toString())),
  );
  const server = identifyProcess(Number(line));
  parent.kill('SIGKILL');
  await new Promise((resolve) => parent.once('exit', resolve));
  if (server === undefined) throw new Error(`the server ${line} is not running`);
  return server;
}
