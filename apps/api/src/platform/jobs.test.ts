import { testDatabase } from '@slipway/testing';
import type { TestDatabase } from '@slipway/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase } from './database.ts';
import type { Database } from './database.ts';
import { addJob, migrateJobs, removeJob, startJobRunner } from './jobs.ts';
import type { JobHandlers, JobRunner } from './jobs.ts';
import { createLogger } from './log.ts';

let testDb: TestDatabase;
let database: Database;
const ran: { name: string; payload: unknown; attempt: number }[] = [];
let runner: JobRunner;

const handlers: JobHandlers = {
  'execution.effects': async (payload, { attempt }) => {
    ran.push({ name: 'execution.effects', payload, attempt });
    if (JSON.stringify(payload).includes('fail once') && attempt === 1) throw new Error('as asked');
  },
  'execution.timer': async (payload, { attempt }) =>
    void ran.push({ name: 'execution.timer', payload, attempt }),
  'deployment.turn': async (payload, { attempt }) =>
    void ran.push({ name: 'deployment.turn', payload, attempt }),
};

beforeAll(async () => {
  testDb = await testDatabase();
  await migrateJobs(testDb.url);
  database = createDatabase(testDb.url, { maxConnections: 4 });
  const log = createLogger({ logLevel: 'silent' }, 'worker');
  runner = await startJobRunner({
    databaseUrl: testDb.url,
    handlers,
    log,
    concurrency: 2,
    onLivenessLost: () => {},
  });
});

afterAll(async () => {
  await runner?.stop();
  await database?.close();
  await testDb?.drop();
});

const runsOf = (marker: string) => ran.filter(({ payload }) => JSON.stringify(payload).includes(marker));

const untilRun = (marker: string) =>
  vi.waitFor(
    () => {
      const [first] = runsOf(marker);
      if (first === undefined) throw new Error(`${marker} has not run`);
      return first;
    },
    { timeout: 20_000, interval: 20 },
  );

it('runs a job when its transaction commits, and never when it does not', async () => {
  await expect(
    database.transaction(async (tx) => {
      await addJob(tx, 'execution.effects', { marker: 'rolled back' });
      throw new Error('changed my mind');
    }),
  ).rejects.toThrow('changed my mind');
  await database.transaction((tx) => addJob(tx, 'execution.effects', { marker: 'committed' }));
  expect(await untilRun('committed')).toMatchObject({ attempt: 1 });
  expect(runsOf('rolled back')).toEqual([]);
});

it('keeps one job of a key, the last one set, until its time', async () => {
  const soon = new Date(Date.now() + 300);
  const later = new Date(Date.now() + 3_600_000);
  await database.transaction((tx) =>
    addJob(tx, 'execution.timer', { marker: 'replaced' }, { key: 'timer:1', runAt: later }),
  );
  await database.transaction((tx) =>
    addJob(tx, 'execution.timer', { marker: 'in time' }, { key: 'timer:1', runAt: soon }),
  );
  await database.transaction((tx) =>
    addJob(tx, 'execution.timer', { marker: 'taken back' }, { key: 'timer:2', runAt: soon }),
  );
  await database.transaction((tx) => removeJob(tx, 'timer:2'));
  await untilRun('in time');
  expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
  expect(runsOf('replaced')).toEqual([]);
  expect(runsOf('taken back')).toEqual([]);
});

it('tries a failed job again', async () => {
  await database.transaction((tx) => addJob(tx, 'execution.effects', { marker: 'fail once' }));
  await vi.waitFor(() => expect(runsOf('fail once').map(({ attempt }) => attempt)).toEqual([1, 2]), {
    timeout: 20_000,
  });
});

/** As a process leaves a job behind that was killed while it ran it. */
async function orphan(marker: string, owner: string): Promise<void> {
  const later = new Date(Date.now() + 3_600_000);
  await database.transaction((tx) =>
    addJob(tx, 'deployment.turn', { marker }, { key: marker, runAt: later }),
  );
  await database.pool.query(
    `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - interval '10 seconds', run_at = now(), attempts = 1
      where key = $2`,
    [owner, marker],
  );
}

it('takes back the jobs of a dead process within seconds, and leaves those of a living one', async () => {
  const living = new pg.Client({ connectionString: testDb.url });
  await living.connect();
  try {
    await living.query('select pg_advisory_lock(hashtextextended($1, 7))', ['living']);
    await orphan('of the living', 'living');
    await orphan('of the dead', 'dead');
    expect(await untilRun('of the dead')).toMatchObject({ attempt: 2 });
    expect(runsOf('of the living')).toEqual([]);
  } finally {
    await living.end();
  }
  await untilRun('of the living');
});
