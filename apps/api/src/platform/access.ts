import { rolePermissions, scopeKey, visibleScopes } from '@slipway/contracts';
import type { ActorRef, BuiltInRole, Permission, Scope } from '@slipway/contracts';
import { fail } from './fail.ts';

export interface Assignment {
  readonly role: BuiltInRole;
  readonly scope: Scope;
}

/** Who acts. What it may do is the sum of its assignments, each at its scope and below. */
export interface Actor {
  readonly type: 'user' | 'api-key' | 'system';
  readonly id: string;
  readonly name: string;
  readonly email?: string;
  readonly assignments: readonly Assignment[];
}

/** Slipway itself: timers, bootstrap, delegates. */
export const systemActor: Actor = {
  type: 'system',
  id: 'system',
  name: 'Slipway',
  assignments: [{ role: '_account_admin', scope: { level: 'account' } }],
};

export function toActorRef(actor: Actor): ActorRef {
  return { type: actor.type, id: actor.id, name: actor.name };
}

export function can(actor: Actor, permission: Permission, scope: Scope): boolean {
  const around = new Set(visibleScopes(scope).map(scopeKey));
  return actor.assignments.some(
    (assignment) =>
      around.has(scopeKey(assignment.scope)) && rolePermissions[assignment.role].has(permission),
  );
}

/** Whether the actor may know that the scope exists: it has a role in it, around it or inside it. */
export function sees(actor: Actor, scope: Scope): boolean {
  const around = new Set(visibleScopes(scope).map(scopeKey));
  return actor.assignments.some(
    (assignment) =>
      around.has(scopeKey(assignment.scope)) ||
      visibleScopes(assignment.scope).some((outer) => scopeKey(outer) === scopeKey(scope)),
  );
}

/** Fails with 404 when the actor may not know of the scope, with 403 when it may but lacks the permission. */
export function requirePermission(actor: Actor, permission: Permission, scope: Scope): void {
  requireSight(actor, scope);
  if (can(actor, permission, scope)) return;
  fail(
    'access.forbidden',
    `${actor.name} may not do this in ${nameOf(scope)}: the permission ${permission} is missing.`,
    {
      hint: 'An administrator of this scope can assign a role that has it.',
      details: { permission },
    },
  );
}

export function requireSight(actor: Actor, scope: Scope): void {
  if (!sees(actor, scope)) failAbsentScope(scope);
}

/** The same answer for a scope that does not exist and for one that the actor may not see. */
export function failAbsentScope(scope: Scope): never {
  fail('entity.not_found', `There is no ${nameOf(scope)}.`);
}

function nameOf(scope: Scope): string {
  if (scope.level === 'account') return 'the account';
  return scope.level === 'org'
    ? `organization ${scope.org}`
    : `project ${scope.project} in organization ${scope.org}`;
}

/** Reads what `scopeKey` wrote. Throws on a text that it never writes. */
export function scopeFromKey(key: string): Scope {
  const [level, org, project] = key.split('/');
  if (level === 'account') return { level: 'account' };
  if (level === 'org' && org !== undefined) return { level: 'org', org };
  if (level === 'project' && org !== undefined && project !== undefined)
    return { level: 'project', org, project };
  throw new Error(`"${key}" is not a scope key; a row was written without scopeKey()`);
}

/** A scope as responses carry it. */
export function toScopeRef(scope: Scope): { org?: string; project?: string } {
  if (scope.level === 'account') return {};
  return scope.level === 'org' ? { org: scope.org } : { org: scope.org, project: scope.project };
}
