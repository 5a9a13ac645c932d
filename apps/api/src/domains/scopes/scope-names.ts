import type { Tx } from '../../platform/database.ts';

export interface ScopeNames {
  readonly org: { readonly identifier: string; readonly name: string; readonly description: string };
  readonly project: { readonly identifier: string; readonly name: string; readonly description: string };
}

interface Row {
  name: string;
  description: string | null;
  orgName: string;
  orgDescription: string | null;
}

/** What expressions say of a project and its organization. */
export async function readScopeNames(tx: Tx, scope: { org: string; project: string }): Promise<ScopeNames> {
  // One statement instead of Prisma's two: every step of every execution asks.
  const rows = await tx.$queryRaw<Row[]>`
    select project.name, project.description, organization.name as "orgName", organization.description as "orgDescription"
    from project join organization on organization.identifier = project.org
    where project.org = ${scope.org} and project.identifier = ${scope.project}`;
  const [row] = rows;
  // Deleted while an execution of it runs: identifiers are all that is left.
  return {
    org: {
      identifier: scope.org,
      name: row?.orgName ?? scope.org,
      description: row?.orgDescription ?? '',
    },
    project: {
      identifier: scope.project,
      name: row?.name ?? scope.project,
      description: row?.description ?? '',
    },
  };
}
