import type { SessionView } from '@slipway/contracts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import type { Authenticator } from '../../platform/gate.ts';
import { hashPassword, verifyPassword, weaknessOf } from './password.ts';
import {
  endSession,
  findUser,
  findUserByEmail,
  insertSession,
  isByLink,
  replacePassword,
  spendLink,
} from './session-store.ts';
import type { User } from './session-store.ts';
import { toSessionView } from './session-views.ts';
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

export function createSessionOperations(deps: SessionDeps) {
  return {
    view: (actor: Actor): Promise<SessionView> => viewOf(deps, actor),
    signIn: (given: Credentials, origin: Origin): Promise<SignedIn> => signIn(deps, given, origin),
    signInByLink: (link: string, origin: Origin): Promise<SignedIn> => signInByLink(deps, link, origin),
    signOut: (actor: Actor, origin: Origin): Promise<void> => signOut(deps, actor, origin),
    setPassword: (actor: Actor, given: NewPassword, origin: Origin): Promise<SignedIn> =>
      setPassword(deps, { actor, given, origin }),
  };
}

export type SessionOperations = ReturnType<typeof createSessionOperations>;

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

export interface NewPassword {
  readonly password: string;
  readonly currentPassword?: string | undefined;
  /** Taken at the first password only: later it would take a letter to prove that the address is one's own. */
  readonly email?: string | undefined;
  readonly name?: string | undefined;
}

async function viewOf({ database }: SessionDeps, actor: Actor): Promise<SessionView> {
  const user = actor.type === 'user' ? await findUser(database.prisma, actor.id) : null;
  return toSessionView(actor, user !== null && user.passwordHash === null);
}

async function signIn(deps: SessionDeps, given: Credentials, origin: Origin): Promise<SignedIn> {
  const { database, limit } = deps;
  await limit.take({ email: given.email, ip: origin.ip });
  const user = await findUserByEmail(database.prisma, given.email);
  const matches = await verifyPassword(given.password, user?.passwordHash ?? null);
  if (user === null || !matches) {
    // Written for unknown accounts too, without what was typed: the time taken must not tell them apart.
    await recordAudit(database.prisma, {
      ...trail(user),
      action: 'UNSUCCESSFUL_LOGIN',
      requestId: origin.requestId,
    });
    fail('identity.wrong_credentials', 'The e-mail address or the password is wrong.', {
      hint: 'On the machine that runs Slipway, pnpm sign-in-link makes a link that signs the administrator in.',
    });
  }
  await limit.forgive(given.email);
  return begin(deps, origin, async () => user);
}

function signInByLink(deps: SessionDeps, link: string, origin: Origin): Promise<SignedIn> {
  return begin(deps, { ...origin, byLink: true }, async (tx) => {
    const user = await spendLink(tx, hashToken(link), deps.clock());
    if (user !== null) return user;
    return fail('identity.link_spent', 'This sign-in link was used already, has run out, or never existed.', {
      hint: 'pnpm sign-in-link makes another, on the machine that runs Slipway.',
    });
  });
}

/** A new token at every sign-in, so that one known from before is worth nothing. */
async function begin(
  deps: SessionDeps,
  origin: Origin & { byLink?: boolean },
  whom: (tx: Tx) => Promise<User>,
): Promise<SignedIn> {
  const token = await deps.database.transaction(async (tx) => {
    const user = await whom(tx);
    if (origin.sessionToken !== undefined) await endSession(tx, hashToken(origin.sessionToken));
    await recordAudit(tx, { ...trail(user), action: 'LOGIN', requestId: origin.requestId });
    return beginSession(tx, { user, now: deps.clock(), byLink: origin.byLink ?? false });
  });
  return toSignedIn(deps, token);
}

async function beginSession(tx: Tx, given: { user: User; now: Date; byLink: boolean }): Promise<string> {
  const token = randomToken();
  await insertSession(tx, {
    tokenHash: hashToken(token),
    userId: given.user.id,
    createdAt: given.now,
    expiresAt: new Date(given.now.getTime() + SESSION_LIFETIME_MS),
    byLink: given.byLink,
  });
  return token;
}

async function toSignedIn(deps: SessionDeps, token: string): Promise<SignedIn> {
  const actor = await deps.authenticator.bySession(token);
  if (actor === null) fail('identity.unauthenticated', 'The session ended at once.');
  return { token, view: await viewOf(deps, actor) };
}

async function signOut(
  { database }: SessionDeps,
  actor: Actor,
  { sessionToken, requestId }: Origin,
): Promise<void> {
  if (sessionToken === undefined) return;
  await database.transaction(async (tx) => {
    await endSession(tx, hashToken(sessionToken));
    await recordAudit(tx, { ...trail(actor), action: 'LOGOUT', requestId });
  });
}

async function setPassword(
  deps: SessionDeps,
  { actor, given, origin }: { actor: Actor; given: NewPassword; origin: Origin },
): Promise<SignedIn> {
  const { database, clock } = deps;
  const user = actor.type === 'user' ? await findUser(database.prisma, actor.id) : null;
  if (user === null) fail('access.forbidden', 'An API key has no password; sign in as a user.');
  await requireCurrentPassword(deps, { user, given, origin });
  const email = user.passwordHash === null ? (given.email ?? user.email) : user.email;
  const weakness = weaknessOf(given.password, email);
  if (weakness !== null)
    fail('identity.password_weak', weakness, { errors: [{ pointer: '/password', message: weakness }] });
  const passwordHash = await hashPassword(given.password);
  const token = await database.transaction(async (tx) => {
    await requireFreeEmail(tx, user, email);
    const changed = { ...user, email, name: given.name?.trim() || user.name, passwordHash };
    await replacePassword(tx, changed, clock());
    await recordAudit(tx, { ...trail(changed), action: 'UPDATE', requestId: origin.requestId });
    return beginSession(tx, { user: changed, now: clock(), byLink: false });
  });
  return toSignedIn(deps, token);
}

/** Not of somebody who never had one, nor of somebody who came by a link, which takes access to the machine. */
async function requireCurrentPassword(
  { database, limit }: SessionDeps,
  { user, given, origin }: { user: User; given: NewPassword; origin: Origin },
): Promise<void> {
  if (user.passwordHash === null) return;
  if (origin.sessionToken !== undefined && (await isByLink(database.prisma, hashToken(origin.sessionToken))))
    return;
  await limit.take({ email: user.email, ip: origin.ip });
  const matches =
    given.currentPassword !== undefined && (await verifyPassword(given.currentPassword, user.passwordHash));
  if (matches) return limit.forgive(user.email);
  const message = 'Give the current password to set another one.';
  fail('identity.wrong_credentials', message, { errors: [{ pointer: '/currentPassword', message }] });
}

async function requireFreeEmail(tx: Tx, user: User, email: string): Promise<void> {
  const other = await findUserByEmail(tx, email);
  if (other === null || other.id === user.id) return;
  const message = 'Another user has this e-mail address.';
  fail('entity.identifier_taken', message, { errors: [{ pointer: '/email', message }] });
}

/** Who a session's row in the trail is about; the user acts upon itself. */
function trail(user: { id: string; name: string } | null) {
  const identifier = user?.id ?? 'unknown';
  const name = user?.name ?? 'An unknown user';
  const actor: Actor = { type: 'user', id: identifier, name, assignments: [] };
  return { actor, kind: 'user', identifier, name, scope: { level: 'account' } as const };
}
