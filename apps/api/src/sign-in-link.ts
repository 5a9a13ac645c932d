import { createSignInLink } from './domains/identity/index.ts';
import { readConfig } from './platform/config.ts';
import { createDatabase } from './platform/database.ts';
import { CONFIGURATION_EXIT_CODE, StartError } from './platform/start-error.ts';

/** Prints an address that signs the administrator in, once, within a day. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const database = createDatabase(config.databaseUrl, { maxConnections: 2 });
  try {
    const link = new URL('/sign-in/link', config.baseUrl);
    link.searchParams.set('token', await createSignInLink(database, new Date()));
    process.stdout.write(`${link.href}\n`);
  } finally {
    await database.close();
  }
}

main().catch((error: unknown) => {
  const isStart = error instanceof StartError;
  process.stderr.write(
    isStart ? error.print() : `${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = isStart ? CONFIGURATION_EXIT_CODE : 1;
});
