import { openSecret } from './domains/entities/index.ts';
import { createTasks } from './domains/tasks/index.ts';
import { ensureInstallation, installationUid, readKeyring } from './installation.ts';
import type { Config } from './platform/config.ts';
import { createDatabase } from './platform/database.ts';
import { startJobRunner } from './platform/jobs.ts';
import type { Logger } from './platform/log.ts';
import type { TaskQueue } from './runtime/execution-effects.ts';
import { createExecutionRunner } from './runtime/execution-runner.ts';
import { createExecutionJobs } from './runtime/execution-jobs.ts';

export interface ComposeWorkerOptions {
  readonly config: Config;
  readonly log: Logger;
  /** Where steps go instead of to the delegates, for tests that play them. */
  readonly tasks?: TaskQueue;
  readonly clock?: () => Date;
  /** The process can no longer prove that it is alive, and must end. */
  readonly onLivenessLost: (error: Error) => void;
}

export interface Worker {
  /** Lets running jobs end. */
  close(): Promise<void>;
}

/** Builds everything the worker process is made of, and begins; the database is migrated already (`prepareDatabase`). */
export async function composeWorker(options: ComposeWorkerOptions): Promise<Worker> {
  const { config, log, clock = () => new Date() } = options;
  const keyring = readKeyring(config);
  const onConnectionError = (error: Error): void =>
    log.warn({ err: error }, 'a connection to Postgres broke');
  const database = createDatabase(config.databaseUrl, {
    onConnectionError,
    applicationName: 'slipway-worker',
  });
  await ensureInstallation(database, config, keyring);
  const installation = await installationUid(database);
  const tasks =
    options.tasks ??
    createTasks({
      database,
      keyring,
      runner: createExecutionRunner(log),
      openSecret: (tx, handle) => openSecret(tx, keyring, handle),
      now: clock,
    });
  const handlers = createExecutionJobs({
    database,
    tasks,
    baseUrl: config.baseUrl,
    installation,
    now: () => clock().getTime(),
    log,
  });
  const runner = await startJobRunner({
    databaseUrl: config.databaseUrl,
    handlers,
    log,
    onLivenessLost: options.onLivenessLost,
  });
  return {
    close: async () => {
      await runner.stop();
      await database.close();
    },
  };
}
