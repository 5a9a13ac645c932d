import { setTimeout as pause } from 'node:timers/promises';
import { type PostgresServer, PostgresStartError, startPostgres } from '@slipway/postgres';
import { LaunchFailure } from './launch-failure.ts';
import type { Report } from './report.ts';

export interface Database {
  readonly url: string;
  stop(): Promise<void>;
}

const GIVE_UP_AFTER = 5;

/** Starts the embedded server and keeps it running, always at the same address, so that who uses it finds it again. */
export async function keepDatabase(
  dataDir: string,
  report: Report,
  onLost: (failure: LaunchFailure) => void,
): Promise<Database> {
  let server = await start(dataDir);
  let stopping = false;
  const { url, port } = server;
  const keep = async (): Promise<void> => {
    for (let failures = 0; ;) {
      const exit = await server.exited;
      if (stopping) return;
      report.warn(`the database ended (${exit.signal ?? `code ${exit.code}`}); starting it again`);
      try {
        server = await start(dataDir, port);
        report.line('database', 'running again');
        failures = 0;
        if (stopping) await server.stop();
      } catch (error) {
        failures += 1;
        if (failures === GIVE_UP_AFTER)
          return onLost(error instanceof LaunchFailure ? error : unknownFailure(error));
        await pause(failures * 500);
      }
    }
  };
  void keep();
  return {
    url,
    stop: async () => {
      stopping = true;
      await server.stop();
    },
  };
}

async function start(dataDir: string, port?: number): Promise<PostgresServer> {
  try {
    return await startPostgres({ dataDir, ...(port === undefined ? {} : { port }) });
  } catch (error) {
    if (!(error instanceof PostgresStartError)) throw error;
    throw new LaunchFailure(
      { what: 'the embedded database does not start', why: error.message, remedy: error.hint },
      { cause: error },
    );
  }
}

function unknownFailure(error: unknown): LaunchFailure {
  return new LaunchFailure({
    what: 'the embedded database does not start',
    why: error instanceof Error ? error.message : String(error),
    remedy: 'Read server.log in the data directory; DATABASE_URL uses a server of yours instead.',
  });
}
