import type { Database, Tx } from '../../platform/database.ts';
import { announceSessionEnd } from '../../platform/live.ts';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** `null` until the first password is set. */
  readonly passwordHash: string | null;
}

type Reader = Tx | Database['prisma'];

export function findUser(from: Reader, id: string): Promise<User | null> {
  return from.user.findUnique({ where: { id } });
}

/** E-mail addresses are one without regard to case. */
export function findUserByEmail(from: Reader, email: string): Promise<User | null> {
  return from.user.findFirst({ where: { email: { equals: email, mode: 'insensitive' } } });
}

/** The user whom an unused link signs in; `null` for every other text. Of several at once, one gets the user. */
export async function spendLink(tx: Tx, tokenHash: string, now: Date): Promise<User | null> {
  const { count } = await tx.signInLink.updateMany({
    where: { tokenHash, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  const link = count === 1 ? await tx.signInLink.findUnique({ where: { tokenHash } }) : null;
  return link === null ? null : findUser(tx, link.userId);
}

export interface NewSession {
  readonly tokenHash: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly byLink: boolean;
}

/** Stores a session, and takes away those of the same user that have run out. */
export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.session.deleteMany({ where: { userId: session.userId, expiresAt: { lt: session.createdAt } } });
  await tx.session.create({ data: { ...session, lastSeenAt: session.createdAt } });
}

export async function isByLink(from: Reader, tokenHash: string): Promise<boolean> {
  const session = await from.session.findUnique({ where: { tokenHash }, select: { byLink: true } });
  return session?.byLink ?? false;
}

/** Ends a session and its live connections, if there is one. */
export async function endSession(tx: Tx, tokenHash: string): Promise<void> {
  const { count } = await tx.session.deleteMany({ where: { tokenHash } });
  if (count > 0) await announceSessionEnd(tx, tokenHash);
}

/** A new password ends what was begun with the old one: sessions and links. */
export async function replacePassword(
  tx: Tx,
  user: User & { passwordHash: string },
  now: Date,
): Promise<void> {
  const { id, ...data } = user;
  await tx.user.update({ where: { id }, data });
  await tx.installation.updateMany({ where: { bootstrappedAt: null }, data: { bootstrappedAt: now } });
  await tx.signInLink.deleteMany({ where: { userId: id, usedAt: null } });
  for (const { tokenHash } of await tx.session.findMany({ where: { userId: id } }))
    await endSession(tx, tokenHash);
}
