import { stringify } from 'yaml';
import { requirePermission } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';
import { recordAudit } from '../../platform/audit.ts';
import type { Database, Tx } from '../../platform/database.ts';
import { fail } from '../../platform/fail.ts';
import { contentsOf, deleteScope, insertScope, lockScope, updateScope } from './scope-store.ts';
import type { Place, ScopeBody, ScopeRow } from './scope-store.ts';

interface By {
  readonly actor: Actor;
  readonly requestId: string;
}

export function createScopeOperations(database: Database) {
  return {
    create: (place: Place, body: ScopeBody, by: By): Promise<ScopeRow> =>
      database.transaction((tx) => insert(tx, place, body, by)),

    /** `null` when there is none. */
    get: (place: Place): Promise<ScopeRow | null> => database.transaction((tx) => lockScope(tx, place)),

    put: (
      place: Place,
      body: ScopeBody,
      by: By & { ifMatch: number | undefined },
    ): Promise<{ row: ScopeRow; created: boolean }> =>
      database.transaction(async (tx) => {
        requireSameIdentifier(place, body);
        const before = await lockScope(tx, place);
        requireVersion(before, by.ifMatch);
        if (before === null) {
          requirePermission(
            by.actor,
            place.level === 'org' ? 'core_organization_create' : 'core_project_create',
            outside(place),
          );
          return { row: await insert(tx, place, body, by), created: true };
        }
        const row = await updateScope(tx, place, body);
        await recordAudit(tx, {
          ...trail(place, row, by),
          action: 'UPDATE',
          before: toYaml(before),
          after: toYaml(row),
        });
        return { row, created: false };
      }),

    remove: (place: Place, by: By & { ifMatch: number | undefined }): Promise<void> =>
      database.transaction(async (tx) => {
        const before = await lockScope(tx, place);
        if (before === null) fail('entity.not_found', `There is no ${nounOf(place)} of this identifier.`);
        requireVersion(before, by.ifMatch);
        await requireEmpty(tx, place);
        await deleteScope(tx, place);
        await recordAudit(tx, { ...trail(place, before, by), action: 'DELETE', before: toYaml(before) });
      }),
  };
}

export type ScopeOperations = ReturnType<typeof createScopeOperations>;

async function insert(tx: Tx, place: Place, body: ScopeBody, by: By): Promise<ScopeRow> {
  const row = await insertScope(tx, place, body);
  if (row === null) {
    const message = `There is a ${nounOf(place)} with the identifier ${body.identifier} already.`;
    return fail('entity.identifier_taken', message, { errors: [{ pointer: '/identifier', message }] });
  }
  await recordAudit(tx, { ...trail(place, row, by), action: 'CREATE', after: toYaml(row) });
  return row;
}

function requireSameIdentifier(place: Place, body: ScopeBody): void {
  const inUrl = place.level === 'org' ? place.org : place.project;
  if (body.identifier === inUrl) return;
  fail('request.identifier_mismatch', `The URL says ${inUrl}, the body ${body.identifier}.`, {
    errors: [{ pointer: '/identifier', message: `must be ${inUrl}` }],
  });
}

function requireVersion(row: ScopeRow | null, ifMatch: number | undefined): void {
  if (ifMatch === undefined || row?.version === ifMatch) return;
  const stored =
    row === null ? 'It does not exist any more.' : `It is at version ${row.version} now, not ${ifMatch}.`;
  fail('entity.version_conflict', stored, { hint: 'Read it again and repeat your change on it.' });
}

async function requireEmpty(tx: Tx, place: Place): Promise<void> {
  const contents = await contentsOf(tx, place);
  const listed = Object.entries(contents).map(([what, count]) => `${count} ${what}`);
  if (listed.length === 0) return;
  fail('entity.in_use', `The ${nounOf(place)} is not empty: it holds ${listed.join(', ')}.`, {
    hint: 'Delete what it holds first.',
    details: contents,
  });
}

function nounOf(place: Place): string {
  return place.level === 'org' ? 'organization' : 'project';
}

function outside(place: Place) {
  return place.level === 'org'
    ? ({ level: 'account' } as const)
    : ({ level: 'org', org: place.org } as const);
}

function trail(place: Place, row: ScopeRow, by: By) {
  const { actor, requestId } = by;
  return {
    actor,
    requestId,
    kind: nounOf(place),
    identifier: row.identifier,
    name: row.name,
    scope: outside(place),
  };
}

function toYaml({ identifier, name, description }: ScopeRow): string {
  return stringify({ identifier, name, ...(description === null ? {} : { description }) });
}
