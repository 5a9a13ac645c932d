import { createSignInLink } from './domains/identity/index.ts';
import { readConfig } from './platform/config.ts';
import { createDatabase } from './platform/database.ts';
import type { Database } from './platform/database.ts';
import { CONFIGURATION_EXIT_CODE, StartError } from './platform/start-error.ts';

/** Prints an address that signs the administrator in, once, within a day. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const database = createDatabase(config.databaseUrl, { maxConnections: 2 });
  try {
    await requireStarted(database);
    const link = new URL('/sign-in/link', config.baseUrl);
    link.searchParams.set('token', await createSignInLink(database, new Date()));
    process.stdout.write(`${link.href}\n`);
  } finally {
    await database.close();
  }
}

async function requireStarted({ pool }: Database): Promise<void> {
  const { rows } = await pool.query<{ table: string | null }>(
    "select to_regclass('installation')::text as table",
  );
  if (rows[0]?.table !== null) return;
  throw new StartError({
    what: 'there is nobody to sign in yet.',
    why: 'Slipway has never been started on this database.',
    remedy: 'Start Slipway once, then ask for the link again.',
  });
}

main().catch((error: unknown) => {
  const isStart = error instanceof StartError;
  process.stderr.write(
    isStart ? error.print() : `${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = isStart ? CONFIGURATION_EXIT_CODE : 1;
});
