import { EventEmitter } from 'node:events';
import { Logger as WorkerLogger, run, runMigrations } from 'graphile-worker';
import type { Runner, TaskList, WorkerEvents } from 'graphile-worker';
import pg from 'pg';
import type { Tx } from './database.ts';
import type { Logger } from './log.ts';

/** Everything that is done outside of a request. Jobs are short, may run twice, and never wait for a delegate or a person. */
export const jobNames = ['execution.effects', 'execution.timer', 'deployment.turn'] as const;
export type JobName = (typeof jobNames)[number];

export interface JobOptions {
  /** One job of a key at a time: a new one takes the place of the one that waits. */
  readonly key?: string;
  readonly runAt?: Date;
}

/** A job that failed is tried again after about 3, 7, 20, 55 and 148 s; whoever owns it then gives up in its own way. */
export const lastJobAttempt = 6;
/** Deaths of the process count as attempts, too, and say nothing against the job. */
const mostAttempts = 25;

/** Adds a job that exists when, and only when, the transaction commits. */
export async function addJob(
  tx: Tx,
  name: JobName,
  payload: object,
  options: JobOptions = {},
): Promise<void> {
  const text = JSON.stringify(payload);
  const { key = null, runAt = null } = options;
  // Prisma knows nothing of the queue's schema; its SQL function is the way in that its author documents.
  await tx.$executeRaw`select 1 from graphile_worker.add_job(
    ${name}, ${text}::json, run_at := ${runAt}::timestamptz, job_key := ${key}::text, max_attempts := ${mostAttempts}::int)`;
}

/** Takes back the job of a key that has not begun. */
export async function removeJob(tx: Tx, key: string): Promise<void> {
  await tx.$executeRaw`select 1 from graphile_worker.remove_job(${key})`;
}

/** Makes or updates the queue's own tables. Before the first `addJob` of a process; several processes may call it at once. */
export async function migrateJobs(databaseUrl: string): Promise<void> {
  const pool = createPool(databaseUrl, 2, () => {});
  try {
    await runMigrations({ pgPool: pool, logger: silentLogger });
  } finally {
    await pool.end();
  }
}

export interface JobContext {
  /** Counts from 1; from `lastJobAttempt` on it is given up instead of tried again. */
  readonly attempt: number;
}
export type JobHandlers = Readonly<Record<JobName, (payload: unknown, context: JobContext) => Promise<void>>>;

export interface JobRunnerOptions {
  readonly databaseUrl: string;
  readonly handlers: JobHandlers;
  readonly log: Logger;
  readonly concurrency?: number;
  /** The connection that proves this process alive is lost: others will take its jobs, so it must end. */
  readonly onLivenessLost: (error: Error) => void;
}

export interface JobRunner {
  /** Lets running jobs end. */
  stop(): Promise<void>;
}

const reapEveryMs = 1000;
/** Younger locks may belong to a process that has not proved itself alive yet. */
const youngestReaped = '2 seconds';

/** Runs jobs, and takes those of dead processes back within seconds instead of the queue's own four hours. */
export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { databaseUrl, log } = options;
  const report = (error: Error): void => log.warn({ err: error }, 'a connection of the job runner broke');
  const pool = createPool(databaseUrl, (options.concurrency ?? 8) + 3, report);
  const events: WorkerEvents = new EventEmitter();
  let poolId: string | undefined;
  events.on('pool:create', ({ workerPool }) => (poolId = workerPool.id));
  events.on('job:failed', ({ job, error }) => {
    log.error({ err: error, job: job.task_identifier, attempts: job.attempts }, 'a job failed for good');
  });
  const liveness = await connectLiveness(databaseUrl);
  const runner = await run({
    pgPool: pool,
    events,
    noHandleSignals: true,
    parsedCronItems: [],
    taskList: toTaskList(options.handlers, log),
    preset: {
      worker: {
        concurrentJobs: options.concurrency ?? 8,
        // Also the lateness of timers; new jobs are notified.
        pollInterval: 500,
        // With the defaults a finished job's deletion is lost when the process ends right after stop().
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        logger: silentLogger,
      },
    },
  });
  if (poolId === undefined)
    throw new Error('The job runner started without telling its id, which it does since 0.17.');
  const ownId = poolId;
  await liveness.query('select pg_advisory_lock(hashtextextended($1, 7))', [ownId]);
  let stopping = false;
  liveness.on('error', (error) => {
    if (!stopping) options.onLivenessLost(error);
  });
  const reaper = startReaper(pool, ownId, log);
  return {
    stop: async () => {
      if (stopping) return;
      stopping = true;
      await reaper.stop();
      await stopRunner(runner);
      await liveness.end();
      await pool.end();
    },
  };
}

async function stopRunner(runner: Runner): Promise<void> {
  try {
    await runner.stop();
  } catch {
    // It has stopped by itself, which is what was asked for.
  }
}

function toTaskList(handlers: JobHandlers, log: Logger): TaskList {
  return Object.fromEntries(
    jobNames.map((name) => [
      name,
      async (payload: unknown, { job }: { job: { attempts: number } }): Promise<void> => {
        try {
          await handlers[name](payload, { attempt: job.attempts });
        } catch (error) {
          log.warn({ err: error, job: name, attempt: job.attempts }, 'a job failed and is tried again');
          throw error;
        }
      },
    ]),
  );
}

async function connectLiveness(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'slipway-worker-liveness',
  });
  client.on('error', () => {});
  await client.connect();
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3',
  );
  return client;
}

function startReaper(pool: pg.Pool, ownId: string, log: Logger): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = reap(pool, ownId, log)
      .catch((error: unknown) => log.warn({ err: error }, 'looking for jobs of dead processes failed'))
      .finally(() => (busy = false));
  }, reapEveryMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

async function reap(pool: pg.Pool, ownId: string, log: Logger): Promise<void> {
  const { rows } = await pool.query<{ owner: string }>(
    `select distinct locked_by as owner from graphile_worker._private_jobs
     where locked_by is not null and locked_by <> $1 and locked_at < now() - $2::interval`,
    [ownId, youngestReaped],
  );
  for (const { owner } of rows) await reapOwner(pool, owner, log);
}

async function reapOwner(pool: pg.Pool, owner: string, log: Logger): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const lock = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_xact_lock(hashtextextended($1, 7)) as taken',
      [owner],
    );
    if (lock.rows[0]?.taken === true) {
      await client.query('select graphile_worker.force_unlock_workers($1)', [[owner]]);
      // Unlocking notifies nobody.
      await client.query(`select pg_notify('jobs:insert', '{"r":0,"count":1}')`);
      log.info({ owner }, 'took back the jobs of a dead process');
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}

function createPool(databaseUrl: string, max: number, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString: databaseUrl, max, application_name: 'slipway-jobs' });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}

// The library writes to the console otherwise; what matters of it is logged by us.
const silentLogger = new WorkerLogger(() => () => {});
