import type { Database, Tx } from './platform/database.ts';
import type { Config } from './platform/config.ts';
import { MasterKeyError, open, parseKeyring, seal } from './platform/sealing.ts';
import type { Keyring, Sealed } from './platform/sealing.ts';
import { StartError } from './platform/start-error.ts';
import { bootstrap } from './domains/identity/index.ts';

const INSTALLATION_ID = 'installation';
const KEY_CHECK = 'this master key sealed the secrets of this installation';
const KEY_CHECK_BINDING = 'installation/key-check';
/** Any number that nothing else locks: of several processes at a first start, one makes the installation. */
const FIRST_START_LOCK = 7_480_001;

/** The master keys of the configuration; absent or malformed ones end the start. */
export function readKeyring(config: Pick<Config, 'masterKey'>): Keyring {
  if (config.masterKey === undefined) {
    throw new StartError({
      what: 'SLIPWAY_MASTER_KEY is not set.',
      why: 'Secrets are sealed with it; without it none could be stored or opened.',
      remedy:
        'Set the key this installation was started with (pnpm start keeps it as master.key in the data directory). For a new installation make one: openssl rand -base64 32',
    });
  }
  try {
    return parseKeyring(config.masterKey);
  } catch (cause) {
    throw keyProblem('SLIPWAY_MASTER_KEY cannot be used.', cause);
  }
}

/** At a first start makes the installation; at every other one makes sure that the master key is the one it was made with. */
export async function ensureInstallation(
  database: Database,
  config: Config,
  keyring: Keyring,
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.$executeRaw`select pg_advisory_xact_lock(${FIRST_START_LOCK})`;
    const installation = await tx.installation.findUnique({ where: { id: INSTALLATION_ID } });
    if (installation === null) return create(tx, config, keyring);
    try {
      // Written by `seal` below, and by nothing else.
      open(keyring, installation.keyCheck as unknown as Sealed, KEY_CHECK_BINDING);
    } catch (cause) {
      throw keyProblem('SLIPWAY_MASTER_KEY is not the key of this database.', cause);
    }
  });
}

/** What tells this installation apart from others that deploy into the same clusters. */
export async function installationUid({ prisma }: Database): Promise<string> {
  const { uid } = await prisma.installation.findUniqueOrThrow({ where: { id: INSTALLATION_ID } });
  return uid;
}

async function create(tx: Tx, config: Config, keyring: Keyring): Promise<void> {
  const keyCheck = { ...seal(keyring, KEY_CHECK, KEY_CHECK_BINDING) };
  await tx.installation.create({ data: { id: INSTALLATION_ID, keyCheck } });
  await bootstrap(tx, config.bootstrap, new Date());
}

function keyProblem(what: string, cause: unknown): unknown {
  if (!(cause instanceof MasterKeyError)) return cause;
  return new StartError(
    {
      what,
      why: cause.message,
      remedy:
        'Give the key this installation was started with (pnpm start keeps it as master.key in the data directory). A lost key cannot be replaced: the secrets it sealed are gone, and Slipway must begin with an empty database.',
    },
    { cause },
  );
}
