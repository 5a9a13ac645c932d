import type { Tx } from '../../platform/database.ts';

export interface ScopeNames {
  readonly org: { readonly identifier: string; readonly name: string; readonly description: string };
  readonly project: { readonly identifier: string; readonly name: string; readonly description: string };
}

/** What expressions say of a project and its organization. */
export async function readScopeNames(tx: Tx, scope: { org: string; project: string }): Promise<ScopeNames> {
  const row = await tx.project.findUnique({
    where: { org_identifier: { org: scope.org, identifier: scope.project } },
    include: { organization: true },
  });
  // Deleted while an execution of it runs: identifiers are all that is left.
  return {
    org: {
      identifier: scope.org,
      name: row?.organization.name ?? scope.org,
      description: row?.organization.description ?? '',
    },
    project: {
      identifier: scope.project,
      name: row?.name ?? scope.project,
      description: row?.description ?? '',
    },
  };
}
