import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Prisma, Tx } from './database.ts';
import { fail } from './fail.ts';

/** Answers are kept this long; afterwards the key is free again. */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** A first request that has not answered by now has died with its process. */
const ABANDONED_AFTER_MS = 30_000;
const WAIT_LIMIT_MS = 35_000;
const LOOK_AGAIN_MS = 50;
/** Status of a row whose request is still being worked on. */
const IN_PROGRESS = 0;

export interface IdempotentCall {
  readonly key: string;
  readonly actorId: string;
  /** Operation and address: the same key at another address is another call. */
  readonly operation: string;
  readonly requestHash: string;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a handler may use to store its answer in the transaction of its change, so that a crash in between repeats nothing. */
export interface Idempotency {
  remember(tx: Tx, answer: StoredAnswer): Promise<void>;
}

export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(header)) {
    fail('request.malformed', 'Idempotency-Key takes 1 to 200 visible characters.');
  }
  return header;
}

export function hashRequest(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest('hex');
}

/**
 * Runs a call once per key: whoever repeats it with the same body gets the first answer, also while the first one is still running.
 * A failure is not kept, so that the call can be tried again. Another body under the same key fails.
 */
export async function runOnce(
  database: Database,
  call: IdempotentCall,
  run: (idempotency: Idempotency) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  for (;;) {
    const claim = await claimOrRead(database, call);
    if (claim === 'mine') break;
    if (claim !== 'theirs') return claim;
    if (Date.now() > deadline) {
      fail('service.unavailable', 'The first request with this idempotency key has not been answered yet.', {
        retryAfter: 5,
      });
    }
    await pause(LOOK_AGAIN_MS);
  }
  return runAndKeep(database, call, run);
}

const idOf = ({ key, actorId, operation }: IdempotentCall) => ({ key, actorId, operation });

async function claimOrRead(
  database: Database,
  call: IdempotentCall,
): Promise<StoredAnswer | 'mine' | 'theirs'> {
  const id = idOf(call);
  const now = Date.now();
  await database.prisma.idempotencyKey.deleteMany({ where: { createdAt: { lt: new Date(now - KEPT_MS) } } });
  const { count } = await database.prisma.idempotencyKey.createMany({
    data: [{ ...id, requestHash: call.requestHash, status: IN_PROGRESS, body: {} }],
    skipDuplicates: true,
  });
  if (count === 1) return 'mine';
  const row = await database.prisma.idempotencyKey.findUnique({ where: { key_actorId_operation: id } });
  // Its first request failed between our two questions: ask again.
  if (row === null) return 'theirs';
  if (row.requestHash !== call.requestHash) {
    fail('idempotency.key_reused', 'This idempotency key was used with another request body.', {
      hint: 'Take a new key for every new request.',
    });
  }
  if (row.status !== IN_PROGRESS) return { status: row.status, body: row.body };
  if (row.createdAt.getTime() > now - ABANDONED_AFTER_MS) return 'theirs';
  const taken = await database.prisma.idempotencyKey.updateMany({
    where: { ...id, status: IN_PROGRESS, createdAt: row.createdAt },
    data: { createdAt: new Date(now) },
  });
  return taken.count === 1 ? 'mine' : 'theirs';
}

async function runAndKeep(
  database: Database,
  call: IdempotentCall,
  run: (idempotency: Idempotency) => Promise<StoredAnswer>,
): Promise<StoredAnswer> {
  const id = idOf(call);
  const keep = async (tx: Tx, { status, body }: StoredAnswer): Promise<void> => {
    // Answers are JSON by their response schemas.
    await tx.idempotencyKey.updateMany({ where: id, data: { status, body: body as Prisma.InputJsonValue } });
  };
  try {
    const answer = await run({ remember: keep });
    await keep(database.prisma, answer);
    return answer;
  } catch (error) {
    await database.prisma.idempotencyKey.deleteMany({ where: { ...id, status: IN_PROGRESS } });
    throw error;
  }
}
