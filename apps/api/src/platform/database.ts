import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import type { Prisma } from '../generated/prisma/client.ts';

export type Tx = Prisma.TransactionClient;
export type { Prisma } from '../generated/prisma/client.ts';

export interface Database {
  readonly prisma: PrismaClient;
  /** For what Prisma cannot say; its connections are shared with Prisma. */
  readonly pool: pg.Pool;
  /** Runs in one transaction: all of it is stored, or nothing when `run` throws. */
  transaction<T>(run: (tx: Tx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly maxConnections?: number;
  readonly applicationName?: string;
  /** Told of connections that broke while nobody used them; the pool replaces them by itself. */
  readonly onConnectionError?: (error: Error) => void;
}

const TRANSACTION_LIMITS = { maxWait: 10_000, timeout: 30_000 } as const;

export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const onConnectionError = options.onConnectionError ?? (() => {});
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 20,
    application_name: options.applicationName ?? 'slipway-api',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // Without both listeners a lost connection ends the process: one for idle clients, one for those checked out.
  pool.on('error', onConnectionError);
  pool.on('connect', (client) => client.on('error', onConnectionError));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool, { onPoolError: onConnectionError }) });
  return {
    prisma,
    pool,
    transaction: (run) => prisma.$transaction(run, TRANSACTION_LIMITS),
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}
