import type { BuiltInRole } from '@slipway/contracts';
import { scopeFromKey } from '../../platform/access.ts';
import type { Actor, Assignment } from '../../platform/access.ts';
import type { Database } from '../../platform/database.ts';
import type { Authenticator } from '../../platform/gate.ts';
import { SESSION_IDLE_MS, hashToken, parseApiKey, sameHash } from './tokens.ts';

/** Use is noted this often, not at every request. */
const NOTED_EVERY_MS = 60_000;
/** The key that the operator gives at the first start; it may look like anything. */
export const BOOTSTRAP_KEY_ID = 'bootstrap';

export function createAuthenticator({ prisma }: Pick<Database, 'prisma'>, clock: () => Date): Authenticator {
  return {
    async bySession(token) {
      const now = clock();
      const session = await prisma.session.findUnique({
        where: { tokenHash: hashToken(token) },
        include: { user: true },
      });
      if (session === null || session.expiresAt <= now) return null;
      const idleMs = now.getTime() - session.lastSeenAt.getTime();
      if (idleMs > SESSION_IDLE_MS) return null;
      if (idleMs > NOTED_EVERY_MS) {
        await prisma.session.updateMany({
          where: { tokenHash: session.tokenHash },
          data: { lastSeenAt: now },
        });
      }
      const { id, name, email } = session.user;
      return { type: 'user', id, name, email, assignments: await assignmentsOf(prisma, id) };
    },

    async byApiKey(value) {
      const now = clock();
      const row = await findKey(prisma, value);
      if (row === null || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now))
        return null;
      if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() > NOTED_EVERY_MS) {
        await prisma.apiKey.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } });
      }
      return {
        type: 'api-key',
        id: row.id,
        name: row.name,
        assignments: [toAssignment(row)],
      } satisfies Actor;
    },
  };
}

async function findKey(prisma: Database['prisma'], value: string) {
  const parsed = parseApiKey(value);
  const row = await prisma.apiKey.findUnique({ where: { id: parsed?.id ?? BOOTSTRAP_KEY_ID } });
  const hash = hashToken(parsed?.secret ?? value);
  if (row !== null) return sameHash(row.secretHash, hash) ? row : null;
  // An operator may have chosen a text that looks like one of ours.
  const bootstrap =
    parsed === null ? null : await prisma.apiKey.findUnique({ where: { id: BOOTSTRAP_KEY_ID } });
  return bootstrap !== null && sameHash(bootstrap.secretHash, hashToken(value)) ? bootstrap : null;
}

async function assignmentsOf(prisma: Database['prisma'], userId: string): Promise<Assignment[]> {
  const rows = await prisma.roleAssignment.findMany({
    where: { principalType: 'user', principalId: userId },
    orderBy: [{ scopeKey: 'asc' }, { role: 'asc' }],
  });
  return rows.map(toAssignment);
}

function toAssignment(row: { role: string; scopeKey: string }): Assignment {
  // Written by our own operations alone, which take the role from the closed list.
  return { role: row.role as BuiltInRole, scope: scopeFromKey(row.scopeKey) };
}
