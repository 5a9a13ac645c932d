import { permissions, rolePermissions } from '@slipway/contracts';
import type { BuiltInRole, Scope } from '@slipway/contracts';
import { expect, test } from 'vitest';
import { can, requirePermission, scopeFromKey, sees } from './access.ts';
import type { Actor } from './access.ts';

const account: Scope = { level: 'account' };
const acme: Scope = { level: 'org', org: 'acme' };
const shop: Scope = { level: 'project', org: 'acme', project: 'shop' };
const other: Scope = { level: 'project', org: 'other', project: 'shop' };

function actorWith(...assignments: [BuiltInRole, Scope][]): Actor {
  return {
    type: 'user',
    id: 'ada',
    name: 'Ada',
    assignments: assignments.map(([role, scope]) => ({ role, scope })),
  };
}

test('a role counts at its scope and below, nowhere else', () => {
  const admin = actorWith(['_organization_admin', acme]);
  expect(can(admin, 'core_pipeline_edit', acme)).toBe(true);
  expect(can(admin, 'core_pipeline_edit', shop)).toBe(true);
  expect(can(admin, 'core_pipeline_edit', account)).toBe(false);
  expect(can(admin, 'core_pipeline_edit', other)).toBe(false);
});

test('assignments add up', () => {
  const both = actorWith(['_project_viewer', shop], ['_pipeline_executor', other]);
  expect(can(both, 'core_pipeline_view', shop)).toBe(true);
  expect(can(both, 'core_pipeline_execute', shop)).toBe(false);
  expect(can(both, 'core_pipeline_execute', other)).toBe(true);
});

test('whoever has a role inside an organization may know of it', () => {
  const viewer = actorWith(['_project_viewer', shop]);
  expect(sees(viewer, shop)).toBe(true);
  expect(sees(viewer, acme)).toBe(true);
  expect(sees(viewer, account)).toBe(true);
  expect(sees(viewer, other)).toBe(false);
  expect(sees(viewer, { level: 'project', org: 'acme', project: 'shopping' })).toBe(false);
  expect(sees(actorWith(), account)).toBe(false);
});

test('what one cannot see is absent, what one sees and may not do is forbidden', () => {
  const viewer = actorWith(['_project_viewer', shop]);
  expect(() => requirePermission(viewer, 'core_pipeline_edit', shop)).toThrow(
    expect.objectContaining({ code: 'access.forbidden' }),
  );
  expect(() => requirePermission(viewer, 'core_pipeline_view', other)).toThrow(
    expect.objectContaining({ code: 'entity.not_found' }),
  );
  expect(() => requirePermission(viewer, 'core_pipeline_view', shop)).not.toThrow();
});

test('every built-in role is within the administrator of its level', () => {
  const within = (small: BuiltInRole, large: BuiltInRole) =>
    [...rolePermissions[small]].filter((permission) => !rolePermissions[large].has(permission));
  expect(within('_project_viewer', '_project_admin')).toEqual([]);
  expect(within('_pipeline_executor', '_project_admin')).toEqual([]);
  expect(within('_project_admin', '_organization_admin')).toEqual([]);
  expect(within('_organization_admin', '_account_admin')).toEqual([]);
  expect(permissions.filter((permission) => !rolePermissions._account_admin.has(permission))).toEqual([]);
});

test('a scope key that nobody writes is an error', () => {
  expect(scopeFromKey('project/acme/shop')).toEqual(shop);
  expect(() => scopeFromKey('planet/x')).toThrow('not a scope key');
  expect(() => scopeFromKey('org')).toThrow('not a scope key');
});
