import { existsSync, readFileSync } from 'node:fs';
import { isRunning } from '@slipway/postgres';
import { readConfig } from './config.ts';
import { delegateToken, openDataFolder, readRunning } from './data-folder.ts';
import { LaunchFailure } from './launch-failure.ts';
import { makeSignInLink } from './sign-in.ts';

/** Prints a new sign-in link of the installation that runs with this data directory. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const folder = openDataFolder(config.dataDir);
  const running = readRunning(folder);
  const found = running !== undefined && isRunning(running.launcher) ? running : undefined;
  if (found === undefined && config.databaseUrl === undefined) {
    throw new LaunchFailure({
      what: 'no sign-in link can be made',
      why: `No installation is running with the data in ${folder.root}.`,
      remedy:
        'Start it (npx -y pnpm@12.21.0 start), or name its data directory with SLIPWAY_DATA_DIR, or its database with DATABASE_URL.',
    });
  }
  const secrets = {
    databaseUrl: found?.databaseUrl ?? config.databaseUrl ?? '',
    masterKey:
      config.masterKey ??
      (existsSync(folder.masterKeyFile) ? readFileSync(folder.masterKeyFile, 'utf8').trim() : ''),
    delegateToken: delegateToken(folder),
  };
  const address = found === undefined ? {} : { baseUrl: found.address };
  console.log(await makeSignInLink({ ...config, ...address }, folder, secrets, process.env));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof LaunchFailure ? error.print().replace('Slipway cannot start: ', '') : error);
  process.exitCode = 1;
}
