import { builtInRoles, permissions, rolePermissions } from '@slipway/contracts';
import type { SessionView } from '@slipway/contracts';
import { toScopeRef } from '../../platform/access.ts';
import type { Actor } from '../../platform/access.ts';

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
