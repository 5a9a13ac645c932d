import type { Server as HttpServer } from 'node:http';
import { largestMessageBytes, scopeKey } from '@slipway/contracts';
import { readMigrations } from '@slipway/postgres';
import type { FastifyInstance } from 'fastify';
import { Server } from 'socket.io';
import { buildApp } from './app.ts';
import { openGateway } from './delegate-gateway/index.ts';
import type { Gateway } from './delegate-gateway/index.ts';
import { createAuditLog } from './domains/audit-log/index.ts';
import {
  checkNamespaces,
  createConnectionTests,
  registerConnectionTestRoutes,
} from './domains/connection-tests/index.ts';
import { createDelegates } from './domains/delegates/index.ts';
import { openSecret, registerEntityRoutes } from './domains/entities/index.ts';
import { registerExecutionRoutes } from './domains/executions/index.ts';
import { registerFileRoutes } from './domains/files/index.ts';
import { createIdentity, hashToken } from './domains/identity/index.ts';
import { appendLog } from './domains/logs/index.ts';
import { registerReleaseRoutes } from './domains/releases/index.ts';
import { createScopes } from './domains/scopes/index.ts';
import { createSystem } from './domains/system/index.ts';
import { createTasks, tellGateways } from './domains/tasks/index.ts';
import type { Tasks } from './domains/tasks/index.ts';
import { ensureInstallation, readKeyring } from './installation.ts';
import type { Config } from './platform/config.ts';
import { createDatabase } from './platform/database.ts';
import type { Database, Tx } from './platform/database.ts';
import { SESSION_COOKIE, isOwnOrigin } from './platform/gate.ts';
import { LIVE_RECHECK_MS, serveLive } from './platform/live.ts';
import type { Live } from './platform/live.ts';
import type { Logger } from './platform/log.ts';
import { migrationsFolder } from './platform/migrations.ts';
import { listenToDatabase } from './platform/notifications.ts';
import { createExecutionRunner } from './runtime/execution-runner.ts';
import { version } from './version.ts';

export interface Api {
  readonly app: FastifyInstance;
  readonly database: Database;
  readonly tasks: Tasks;
  /** Ends every connection, then the listening, then the database. */
  close(): Promise<void>;
}

export interface ComposeOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock?: () => Date;
  /** How often live connections are asked for their rights again; a minute by default. */
  readonly liveRecheckMs?: number;
}

/** Builds everything the API process is made of; the database is migrated already (`prepareDatabase`). Not yet listening. */
export async function composeApi(options: ComposeOptions): Promise<Api> {
  const { config, log, clock = () => new Date(), liveRecheckMs = LIVE_RECHECK_MS } = options;
  const keyring = readKeyring(config);
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'a connection to Postgres broke');
  const database = createDatabase(config.databaseUrl, { onConnectionError });
  await ensureInstallation(database, config, keyring);
  const notifications = await listenToDatabase(config.databaseUrl, log);

  const identity = createIdentity({ database, https: config.baseUrl.startsWith('https:'), clock });
  const scopes = createScopes(database);
  const auditLog = createAuditLog(database);
  const system = createSystem({ database, version, sandboxStatusFile: config.sandboxStatusFile });

  const runner = createExecutionRunner(log);
  const openStored = (tx: Tx, handle: string): Promise<string | null> => openSecret(tx, keyring, handle);
  const tasks = createTasks({ database, keyring, runner, openSecret: openStored, now: clock });
  const delegates = createDelegates({
    database,
    now: clock,
    baseUrl: config.baseUrl,
    version,
    onTokenRevoked: (tx, { id, name }) => tellGateways(tx, { type: 'token-revoked', tokenId: id, name }),
  });
  await delegates.ensureBootstrapToken(config.bootstrap.delegateToken);

  const runTask = tasks.runner(notifications);
  const connectionTests = createConnectionTests({ database, now: clock, runTask });
  const documents = (app: FastifyInstance): void => {
    registerConnectionTestRoutes(app, { database, connectionTests });
    registerEntityRoutes(app, {
      database,
      keyring,
      requireConnection: connectionTests.require,
      checkNamespace: (document, scope, lookup) =>
        checkNamespaces({ reader: database.prisma, runTask }, document, scope, lookup),
    });
    registerFileRoutes(app, { database });
  };

  const executions = (app: FastifyInstance): void => {
    const now = (): number => clock().getTime();
    registerExecutionRoutes(app, { database, apply: runner.apply, now, baseUrl: config.baseUrl });
    registerReleaseRoutes(app, { database });
  };

  const app = await buildApp({
    config,
    log,
    version,
    database,
    authenticator: identity.authenticator,
    scopeExists: scopes.exists,
    baseUrl: config.baseUrl,
    health: { checkDatabase: () => checkDatabase(database) },
    domains: [
      identity.routes,
      scopes.routes,
      auditLog.routes,
      system.routes,
      documents,
      delegates.routes,
      executions,
    ],
  });

  const io = createSockets(app.server);
  const live = serveLive({
    io,
    notifications,
    authenticate: async (cookieHeader) => {
      const token = app.parseCookie(cookieHeader ?? '')[SESSION_COOKIE];
      const actor = token === undefined ? null : await identity.authenticator.bySession(token);
      return token === undefined || actor === null ? null : { actor, token, tokenHash: hashToken(token) };
    },
    bySession: identity.authenticator.bySession,
    recheckMs: liveRecheckMs,
    executionExists: async (scope, id) =>
      (await database.prisma.execution.count({ where: { id, scopeKey: scopeKey(scope) } })) > 0,
    isOwnOrigin: (origin, host) => isOwnOrigin(config.baseUrl, origin, host),
  });
  const stopWatching = system.watchSandbox(() => live.tellEverybody({ topic: 'sandbox' }));
  const gateway = openGateway({
    io,
    database,
    notifications,
    registration: delegates.registration,
    tasks,
    logs: { append: appendLog },
    version,
    log,
  });
  closeSocketsWith(app, { io, live, gateway });

  return {
    app,
    database,
    tasks,
    close: async () => {
      stopWatching();
      await app.close();
      await notifications.close();
      await database.close();
    },
  };
}

function createSockets(server: HttpServer): Server {
  return new Server(server, {
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    // An outcome lists every object of a release.
    maxHttpBufferSize: largestMessageBytes,
  });
}

/** Open sockets would keep the server from closing. */
function closeSocketsWith(
  app: FastifyInstance,
  { io, live, gateway }: { io: Server; live: Live; gateway: Gateway },
): void {
  app.addHook('preClose', async () => {
    live.close();
    await gateway.close();
    io.disconnectSockets(true);
    io.engine.close();
  });
}

async function checkDatabase({ prisma }: Database): Promise<string | null> {
  const rows = await prisma.$queryRaw<{ name: string }[]>`
    select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null`;
  const applied = new Set(rows.map(({ name }) => name));
  const missing = readMigrations(migrationsFolder).filter(({ name }) => !applied.has(name));
  return missing.length === 0 ? null : `${missing.length} migrations are missing.`;
}
