import { scopeKey } from '@slipway/contracts';
import type { Scope } from '@slipway/contracts';
import type { Tx } from '../../platform/database.ts';

export interface ScopeBody {
  readonly identifier: string;
  readonly name: string;
  readonly description?: string | undefined;
}

/** An organization or a project. */
export type Place = Exclude<Scope, { level: 'account' }>;

export interface ScopeRow {
  readonly identifier: string;
  readonly name: string;
  readonly description: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The row, locked until the transaction ends, so that two changes of one scope go one after the other. */
export async function lockScope(tx: Tx, place: Place): Promise<ScopeRow | null> {
  if (place.level === 'org') {
    await tx.$queryRaw`select 1 from organization where identifier = ${place.org} for update`;
    return tx.organization.findUnique({ where: { identifier: place.org } });
  }
  await tx.$queryRaw`select 1 from project where org = ${place.org} and identifier = ${place.project} for update`;
  return tx.project.findUnique({ where: { org_identifier: { org: place.org, identifier: place.project } } });
}

/** `null` when the identifier is taken. */
export async function insertScope(tx: Tx, place: Place, body: ScopeBody): Promise<ScopeRow | null> {
  const data = { identifier: body.identifier, name: body.name, description: body.description ?? null };
  const { count } =
    place.level === 'org'
      ? await tx.organization.createMany({ data: [data], skipDuplicates: true })
      : await tx.project.createMany({ data: [{ ...data, org: place.org }], skipDuplicates: true });
  return count === 0 ? null : lockScope(tx, place);
}

export async function updateScope(tx: Tx, place: Place, body: ScopeBody): Promise<ScopeRow> {
  const data = { name: body.name, description: body.description ?? null, version: { increment: 1 } };
  return place.level === 'org'
    ? tx.organization.update({ where: { identifier: place.org }, data })
    : tx.project.update({ where: { org_identifier: { org: place.org, identifier: place.project } }, data });
}

/** Removes the scope and the access that was given in it. */
export async function deleteScope(tx: Tx, place: Place): Promise<void> {
  const key = scopeKey(place);
  await tx.apiKey.deleteMany({ where: { scopeKey: key } });
  await tx.roleAssignment.deleteMany({ where: { scopeKey: key } });
  if (place.level === 'org') await tx.organization.delete({ where: { identifier: place.org } });
  else await tx.project.delete({ where: { org_identifier: { org: place.org, identifier: place.project } } });
}

/** What still lives in a scope, as people count it; access and settings are not among it. */
export async function contentsOf(tx: Tx, place: Place): Promise<Record<string, number>> {
  const where = { scopeKey: scopeKey(place) };
  const counts = {
    projects: place.level === 'org' ? await tx.project.count({ where: { org: place.org } }) : 0,
    documents: await tx.entity.count({ where }),
    files: await tx.file.count({ where }),
    executions: await tx.execution.count({ where }),
    delegates: await tx.delegate.count({ where }),
    'delegate tokens': await tx.delegateToken.count({ where }),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}
