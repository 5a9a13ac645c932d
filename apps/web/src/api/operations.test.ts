import { describe, expect, it } from 'vitest';
import { routeTable } from '@slipway/contracts';
import { entityAddresses } from './entities.ts';
import { fillPath, operations, scopePrefix } from './operations.ts';

const contracted = new Set(routeTable.map((route) => `${route.scope} ${route.method} ${route.path}`));

describe('the table of operations', () => {
  it('names only addresses that the contracts have', () => {
    const used = Object.values(operations).flatMap((group) => Object.values(group));
    expect(used.filter((address) => !contracted.has(address))).toEqual([]);
  });

  it('builds the addresses of every kind of entity as the contracts do', () => {
    expect(entityAddresses().filter((address) => !contracted.has(address))).toEqual([]);
  });
});

describe('addresses', () => {
  it('have the prefix of their scope', () => {
    expect(scopePrefix({})).toBe('/api/v1');
    expect(scopePrefix({ org: 'a' })).toBe('/api/v1/orgs/a');
    expect(scopePrefix({ org: 'a', project: 'b c' })).toBe('/api/v1/orgs/a/projects/b%20c');
  });

  it('take parameters as segments and files with their folders', () => {
    expect(fillPath('/connectors/:identifier/test', { identifier: 'a/b' })).toBe('/connectors/a%2Fb/test');
    expect(fillPath('/files/*', { '*': 'web/a b.yaml' })).toBe('/files/web/a%20b.yaml');
  });
});
