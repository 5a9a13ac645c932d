import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';

const WINDOW_MS = 15 * 60 * 1000;
/** One account is tried from many addresses, one address tries many accounts: each has its own measure. */
const limits = { account: 10, address: 50 } as const;

export interface SignInLimit {
  /** Counts an attempt before it is made, so that many at once are all counted. Fails when there were too many. */
  take(attempt: { email?: string; ip: string }): Promise<void>;
  /** After a success the account's own count starts again. */
  forgive(email: string): Promise<void>;
}

/** Kept in Postgres: the memory of a process forgets at a restart and is not shared by replicas. */
export function createSignInLimit(database: Database, clock: () => Date): SignInLimit {
  const count = async (kind: keyof typeof limits, key: string): Promise<void> => {
    const now = clock().getTime();
    const windowStart = new Date(Math.floor(now / WINDOW_MS) * WINDOW_MS);
    const { count: attempts } = await database.prisma.signInAttempt.upsert({
      where: { key_windowStart: { key, windowStart } },
      create: { key, windowStart, count: 1 },
      update: { count: { increment: 1 } },
    });
    if (attempts === 1)
      await database.prisma.signInAttempt.deleteMany({
        where: { windowStart: { lt: new Date(now - 2 * WINDOW_MS) } },
      });
    if (attempts <= limits[kind]) return;
    const retryAfter = Math.max(1, Math.ceil((windowStart.getTime() + WINDOW_MS - now) / 1000));
    const minutes = Math.ceil(retryAfter / 60);
    fail(
      'request.rate_limited',
      `Too many attempts to sign in. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
      {
        retryAfter,
        details: { retryAfterSeconds: retryAfter },
      },
    );
  };
  return {
    async take({ email, ip }) {
      await count('address', `address:${ip}`);
      if (email !== undefined) await count('account', accountKey(email));
    },
    async forgive(email) {
      await database.prisma.signInAttempt.deleteMany({ where: { key: accountKey(email) } });
    },
  };
}

/** Hashed, since people type passwords into the wrong field. */
function accountKey(email: string): string {
  return `account:${createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32)}`;
}
