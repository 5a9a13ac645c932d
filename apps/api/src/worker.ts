import { composeWorker } from './compose-worker.ts';
import { readConfig } from './platform/config.ts';
import { createLogger } from './platform/log.ts';
import { endWhenAsked, runProgram } from './platform/program.ts';
import { prepareDatabase } from './prepare-database.ts';

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

runProgram(main);
