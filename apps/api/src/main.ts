import { composeApi } from './compose.ts';
import type { Api } from './compose.ts';
import { readConfig } from './platform/config.ts';
import type { Config } from './platform/config.ts';
import { createLogger } from './platform/log.ts';
import { endWhenAsked, runProgram } from './platform/program.ts';
import { StartError } from './platform/start-error.ts';
import { prepareDatabase } from './prepare-database.ts';

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLogger(config, 'api');
  await prepareDatabase(config.databaseUrl);
  const api = await composeApi({ config, log });
  endWhenAsked(api);
  await listen(api, config);
}

async function listen({ app }: Api, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw listenProblem(host, port, cause);
  }
}

function listenProblem(host: string, port: number, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const remedies: Readonly<Record<string, string>> = {
    EADDRINUSE: 'Stop the program that uses the port, or choose another one: SLIPWAY_PORT=7481.',
    EACCES: 'Choose a port above 1023 by SLIPWAY_PORT, or run with the right to use this one.',
    EADDRNOTAVAIL: 'Set SLIPWAY_HOST to an address of this machine.',
    ENOTFOUND: 'Set SLIPWAY_HOST to an address of this machine.',
  };
  const remedy = typeof code === 'string' ? remedies[code] : undefined;
  if (remedy === undefined || !(cause instanceof Error)) return cause;
  return new StartError(
    { what: `it cannot listen on ${host}:${port}.`, why: cause.message, remedy },
    { cause },
  );
}

runProgram(main);
