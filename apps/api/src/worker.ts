import { composeWorker } from './compose-worker.ts';
import type { Worker } from './compose-worker.ts';
import { readConfig } from './platform/config.ts';
import { createLogger } from './platform/log.ts';
import { CONFIGURATION_EXIT_CODE, StartError } from './platform/start-error.ts';
import { prepareDatabase } from './prepare-database.ts';

/** Jobs are short; what has not ended by then is done again by another process. */
const CLOSE_WITHIN_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config, 'worker');
  await prepareDatabase(config.databaseUrl);
  const worker = await composeWorker({
    config,
    log,
    onLivenessLost: (error) => {
      // Others take this process' jobs from now on: it must not go on with them.
      log.fatal({ err: error }, 'the connection that proves this worker alive is lost; ending');
      process.exit(1);
    },
  });
  endWhenAsked(worker);
  log.info('the worker runs jobs');
}

function endWhenAsked(worker: Worker): void {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), CLOSE_WITHIN_MS).unref();
    worker.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`The worker did not close well: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  // The launcher that started this process is gone; nobody would ever stop it.
  process.once('disconnect', end);
}

main().catch((error: unknown) => {
  if (error instanceof StartError) {
    process.stderr.write(error.print());
    process.exit(CONFIGURATION_EXIT_CODE);
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
