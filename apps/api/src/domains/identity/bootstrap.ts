import { recordAudit } from '../../platform/audit.ts';
import type { Config } from '../../platform/config.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { systemActor, toActorRef } from '../../platform/access.ts';
import { StartError } from '../../platform/start-error.ts';
import { BOOTSTRAP_KEY_ID } from './authenticator.ts';
import { hashPassword, weaknessOf } from './password.ts';
import { LINK_LIFETIME_MS, hashToken, randomToken } from './tokens.ts';

const account = { level: 'account' } as const;

/** What a first start makes besides the installation's own row: the default scopes, the administrator and the operator's API key. */
export async function bootstrap(tx: Tx, given: Config['bootstrap'], now: Date): Promise<void> {
  await tx.organization.create({ data: { identifier: 'default', name: 'Default' } });
  await tx.project.create({ data: { org: 'default', identifier: 'default', name: 'Default' } });
  for (const [kind, scope] of [
    ['organization', account],
    ['project', { level: 'org', org: 'default' }],
  ] as const) {
    await recordAudit(tx, {
      actor: systemActor,
      action: 'CREATE',
      kind,
      identifier: 'default',
      name: 'Default',
      scope,
    });
  }
  await createAdministrator(tx, given, now);
  if (given.apiKey !== undefined) await createBootstrapKey(tx, given.apiKey);
}

async function createAdministrator(tx: Tx, given: Config['bootstrap'], now: Date): Promise<void> {
  const passwordHash =
    given.adminPassword === undefined
      ? null
      : await hashPassword(requireStrong(given.adminPassword, given.adminEmail));
  const user = await tx.user.create({
    data: { email: given.adminEmail, name: 'Administrator', passwordHash },
  });
  await tx.roleAssignment.create({
    data: { principalType: 'user', principalId: user.id, role: '_account_admin', scopeKey: 'account' },
  });
  if (passwordHash !== null) await tx.installation.updateMany({ data: { bootstrappedAt: now } });
  await recordAudit(tx, {
    actor: systemActor,
    action: 'CREATE',
    kind: 'user',
    identifier: user.id,
    name: user.name,
    scope: account,
  });
}

function requireStrong(password: string, email: string): string {
  const weakness = weaknessOf(password, email);
  if (weakness === null) return password;
  throw new StartError({
    what: 'SLIPWAY_BOOTSTRAP_ADMIN_PASSWORD is too weak.',
    why: weakness,
    remedy: 'Choose another one, or leave it out and use the sign-in link.',
  });
}

async function createBootstrapKey(tx: Tx, value: string): Promise<void> {
  await tx.apiKey.create({
    data: {
      id: BOOTSTRAP_KEY_ID,
      scopeKey: 'account',
      name: 'Bootstrap key',
      secretHash: hashToken(value),
      role: '_account_admin',
      createdBy: toActorRef(systemActor),
    },
  });
  await recordAudit(tx, {
    actor: systemActor,
    action: 'CREATE',
    kind: 'api-key',
    identifier: BOOTSTRAP_KEY_ID,
    name: 'Bootstrap key',
    scope: account,
  });
}

/** A link that signs the first administrator in, once, within a day. Returns its token; only the hash is stored. */
export async function createSignInLink(database: Database, now: Date): Promise<string> {
  const token = randomToken();
  await database.transaction(async (tx) => {
    const assignment = await tx.roleAssignment.findMany({
      where: { principalType: 'user', role: '_account_admin', scopeKey: 'account' },
    });
    const administrator = await tx.user.findFirst({
      where: { id: { in: assignment.map(({ principalId }) => principalId) } },
      orderBy: { createdAt: 'asc' },
    });
    if (administrator === null) {
      throw new StartError({
        what: 'there is nobody to sign in.',
        why: 'This database has no account administrator.',
        remedy: 'Restore the role _account_admin of a user at the account.',
      });
    }
    await tx.signInLink.deleteMany({ where: { expiresAt: { lt: now } } });
    await tx.signInLink.create({
      data: {
        tokenHash: hashToken(token),
        userId: administrator.id,
        createdAt: now,
        expiresAt: new Date(now.getTime() + LINK_LIFETIME_MS),
      },
    });
    const { id, name } = administrator;
    await recordAudit(tx, {
      actor: systemActor,
      action: 'CREATE_TOKEN',
      kind: 'sign-in-link',
      identifier: id,
      name,
      scope: account,
    });
  });
  return token;
}
