import { describe, expect, it } from 'vitest';
import { routeTable } from './http/index.ts';
import { entityKinds } from './model/index.ts';
import { builtInRoles, permissions, rolePermissions } from './permissions.ts';

describe('permissions', () => {
  it('has the three that the routes of every kind of document declare', () => {
    const wanted = Object.values(entityKinds).flatMap(({ permission }) =>
      ['view', 'edit', 'delete'].map((action) => `core_${permission}_${action}`),
    );
    expect(wanted.filter((permission) => !(permissions as readonly string[]).includes(permission))).toEqual(
      [],
    );
  });

  it('lets no role do more than an account administrator', () => {
    for (const role of builtInRoles) {
      expect(
        [...rolePermissions[role]].filter((permission) => !rolePermissions._account_admin.has(permission)),
      ).toEqual([]);
    }
  });

  it('lets viewers change nothing', () => {
    for (const role of ['_account_viewer', '_project_viewer'] as const) {
      expect([...rolePermissions[role]].filter((permission) => !permission.endsWith('_view'))).toEqual([]);
    }
  });
});

describe('the route table', () => {
  it('names every operation once, and no two routes share method and path', () => {
    const operations = routeTable.map((route) => route.operationId);
    const addresses = routeTable.map((route) => `${route.scope} ${route.method} ${route.path}`);
    expect(new Set(operations).size).toBe(operations.length);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('pages every list', () => {
    const lists = routeTable.filter((route) => route.operationId.startsWith('list'));
    expect(
      lists
        .filter((route) => !(route.query && 'cursor' in route.query.shape && 'limit' in route.query.shape))
        .map((route) => route.operationId),
    ).toEqual([]);
  });

  it('declares every parameter of its paths', () => {
    const undeclared = routeTable.flatMap((route) =>
      [...route.path.matchAll(/:(\w+)/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => !route.params || !(name in route.params.shape))
        .map((name) => `${route.path}: ${name}`),
    );
    expect(undeclared).toEqual([]);
  });
});
