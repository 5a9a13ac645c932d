import { builtInRoles, permissions, rolePermissions } from '@slipway/contracts';
import type { SessionView } from '@slipway/contracts';
import { toScopeRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import type { Authenticator } from '../../platform/gate.ts';
import { announceSessionEnd } from '../../platform/live.ts';
import { hashPassword, verifyPassword, weaknessOf } from './password.ts';
import type { SignInLimit } from './sign-in-limit.ts';
import { SESSION_LIFETIME_MS, hashToken, randomToken } from './tokens.ts';

export interface SessionDeps {
  readonly database: Database;
  readonly authenticator: Authenticator;
  readonly limit: SignInLimit;
  readonly clock: () => Date;
}

export interface SignedIn {
  /** For the cookie; only its hash is stored. */
  readonly token: string;
  readonly view: SessionView;
}

/** Where a request came from, for the limit and the trail. */
export interface Origin {
  readonly ip: string;
  readonly requestId: string;
  /** Of the cookie the caller still has: that session ends when a new one begins. */
  readonly sessionToken: string | undefined;
}

type User = { id: string; email: string; name: string; passwordHash: string | null };
const account = { level: 'account' } as const;

export function createSessionOperations(deps: SessionDeps) {
  const { database, authenticator, limit, clock } = deps;

  const view = async (actor: Actor): Promise<SessionView> => {
    const user =
      actor.type === 'user' ? await database.prisma.user.findUnique({ where: { id: actor.id } }) : null;
    return toSessionView(actor, user !== null && user.passwordHash === null);
  };

  /** A new token at every sign-in, so that one known from before is worth nothing. */
  const begin = async (tx: Tx, user: User, origin: Origin): Promise<string> => {
    const token = randomToken();
    const now = clock();
    if (origin.sessionToken !== undefined) await endSession(tx, hashToken(origin.sessionToken));
    await tx.session.deleteMany({ where: { userId: user.id, expiresAt: { lt: now } } });
    await tx.session.create({
      data: {
        tokenHash: hashToken(token),
        userId: user.id,
        createdAt: now,
        lastSeenAt: now,
        expiresAt: new Date(now.getTime() + SESSION_LIFETIME_MS),
      },
    });
    return token;
  };

  const finish = async (token: string): Promise<SignedIn> => {
    const actor = await authenticator.bySession(token);
    if (actor === null) return fail('identity.unauthenticated', 'The session ended at once.');
    return { token, view: await view(actor) };
  };

  return {
    view,

    async signIn(given: { email: string; password: string }, origin: Origin): Promise<SignedIn> {
      await limit.take({ email: given.email, ip: origin.ip });
      const user = await database.prisma.user.findFirst({
        where: { email: { equals: given.email, mode: 'insensitive' } },
      });
      const matches = await verifyPassword(given.password, user?.passwordHash ?? null);
      if (user === null || !matches) {
        // Written for unknown accounts too, without what was typed: the time taken must not tell them apart.
        await recordAudit(database.prisma, {
          ...trail(user),
          action: 'UNSUCCESSFUL_LOGIN',
          requestId: origin.requestId,
        });
        return fail('identity.wrong_credentials', 'The e-mail address or the password is wrong.', {
          hint: 'On the machine that runs Slipway, pnpm sign-in-link makes a link that signs the administrator in.',
        });
      }
      await limit.forgive(given.email);
      const token = await database.transaction(async (tx) => {
        await recordAudit(tx, { ...trail(user), action: 'LOGIN', requestId: origin.requestId });
        return begin(tx, user, origin);
      });
      return finish(token);
    },

    async signInByLink(link: string, origin: Origin): Promise<SignedIn> {
      await limit.take({ ip: origin.ip });
      const now = clock();
      const token = await database.transaction(async (tx) => {
        const tokenHash = hashToken(link);
        const { count } = await tx.signInLink.updateMany({
          where: { tokenHash, usedAt: null, expiresAt: { gt: now } },
          data: { usedAt: now },
        });
        const row = count === 1 ? await tx.signInLink.findUnique({ where: { tokenHash } }) : null;
        const user = row === null ? null : await tx.user.findUnique({ where: { id: row.userId } });
        if (user === null) {
          return fail(
            'identity.link_spent',
            'This sign-in link was used already, has run out, or never existed.',
            {
              hint: 'pnpm sign-in-link makes another, on the machine that runs Slipway.',
            },
          );
        }
        await recordAudit(tx, { ...trail(user), action: 'LOGIN', requestId: origin.requestId });
        return begin(tx, user, origin);
      });
      return finish(token);
    },

    async signOut(actor: Actor, origin: Origin): Promise<void> {
      const { sessionToken } = origin;
      if (sessionToken === undefined) return;
      await database.transaction(async (tx) => {
        await endSession(tx, hashToken(sessionToken));
        await recordAudit(tx, { ...trail(actor), action: 'LOGOUT', requestId: origin.requestId });
      });
    },

    async setPassword(actor: Actor, given: NewPassword, origin: Origin): Promise<SignedIn> {
      const user =
        actor.type === 'user' ? await database.prisma.user.findUnique({ where: { id: actor.id } }) : null;
      if (user === null) return fail('access.forbidden', 'An API key has no password; sign in as a user.');
      await requireCurrentPassword(limit, user, given, origin);
      const email = user.passwordHash === null ? (given.email ?? user.email) : user.email;
      const weakness = weaknessOf(given.password, email);
      if (weakness !== null)
        fail('identity.password_weak', weakness, { errors: [{ pointer: '/password', message: weakness }] });
      const passwordHash = await hashPassword(given.password);
      const token = await database.transaction(async (tx) => {
        await requireFreeEmail(tx, user, email);
        const name = given.name?.trim() || user.name;
        await tx.user.update({ where: { id: user.id }, data: { passwordHash, email, name } });
        await tx.installation.updateMany({
          where: { bootstrappedAt: null },
          data: { bootstrappedAt: clock() },
        });
        for (const { tokenHash } of await tx.session.findMany({ where: { userId: user.id } }))
          await endSession(tx, tokenHash);
        await tx.signInLink.deleteMany({ where: { userId: user.id, usedAt: null } });
        await recordAudit(tx, {
          ...trail({ id: user.id, name }),
          action: 'UPDATE',
          requestId: origin.requestId,
        });
        return begin(tx, user, { ...origin, sessionToken: undefined });
      });
      return finish(token);
    },
  };
}

export type SessionOperations = ReturnType<typeof createSessionOperations>;

export interface NewPassword {
  readonly password: string;
  readonly currentPassword?: string | undefined;
  /** Taken at the first password only: later it would take a letter to prove that the address is one's own. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
}

async function requireCurrentPassword(
  limit: SignInLimit,
  user: User,
  given: NewPassword,
  origin: Origin,
): Promise<void> {
  if (user.passwordHash === null) return;
  await limit.take({ email: user.email, ip: origin.ip });
  if (
    given.currentPassword !== undefined &&
    (await verifyPassword(given.currentPassword, user.passwordHash))
  ) {
    return limit.forgive(user.email);
  }
  const message = 'Give the current password to set another one.';
  fail('identity.wrong_credentials', message, { errors: [{ pointer: '/currentPassword', message }] });
}

async function requireFreeEmail(tx: Tx, user: User, email: string): Promise<void> {
  const other = await tx.user.findFirst({
    where: { email: { equals: email, mode: 'insensitive' }, NOT: { id: user.id } },
  });
  if (other === null) return;
  const message = 'Another user has this e-mail address.';
  fail('entity.identifier_taken', message, { errors: [{ pointer: '/email', message }] });
}

async function endSession(tx: Tx, tokenHash: string): Promise<void> {
  const { count } = await tx.session.deleteMany({ where: { tokenHash } });
  if (count > 0) await announceSessionEnd(tx, tokenHash);
}

/** Who a session's row in the trail is about; the user acts upon itself. */
function trail(user: { id: string; name: string } | null) {
  const identifier = user?.id ?? 'unknown';
  const name = user?.name ?? 'An unknown user';
  return {
    actor: { type: 'user', id: identifier, name, assignments: [] } satisfies Actor,
    kind: 'user',
    identifier,
    name,
    scope: account,
  };
}

export function toSessionView(actor: Actor, mustSetPassword: boolean): SessionView {
  const held = new Set(actor.assignments.flatMap(({ role }) => [...rolePermissions[role]]));
  return {
    actor: {
      type: actor.type === 'api-key' ? 'api-key' : 'user',
      id: actor.id,
      name: actor.name,
      ...(actor.email === undefined ? {} : { email: actor.email }),
    },
    mustSetPassword,
    roles: actor.assignments
      .map(({ role, scope }) => ({ role, scope: toScopeRef(scope) }))
      .toSorted((a, b) => builtInRoles.indexOf(a.role) - builtInRoles.indexOf(b.role)),
    permissions: permissions.filter((permission) => held.has(permission)),
  };
}
