import { describe, expect, it } from 'vitest';
import { resolveReference, scopeKey, visibleScopes, writeReference } from './scope.ts';
import type { Scope } from './scope.ts';

const account: Scope = { level: 'account' };
const org: Scope = { level: 'org', org: 'acme' };
const project: Scope = { level: 'project', org: 'acme', project: 'shop' };

describe('references', () => {
  it.each([
    ['x', project, { scope: project, identifier: 'x' }],
    ['org.x', project, { scope: org, identifier: 'x' }],
    ['account.x', project, { scope: account, identifier: 'x' }],
    ['account.x', account, { scope: account, identifier: 'x' }],
    ['x', org, { scope: org, identifier: 'x' }],
    ['org.x', account, null],
    ['other.x', project, null],
  ] as const)('%s written in %o', (reference, from, target) =>
    expect(resolveReference(reference, from)).toEqual(target),
  );

  it('are written so that they mean their target', () => {
    for (const target of [account, org, project]) {
      const written = writeReference('x', target, project);
      expect(written === null ? null : resolveReference(written, project)).toEqual({
        scope: target,
        identifier: 'x',
      });
    }
  });

  it('cannot name what is not seen', () => {
    expect(writeReference('x', project, org)).toBeNull();
    expect(writeReference('x', { level: 'org', org: 'other' }, project)).toBeNull();
  });
});

describe('scopes', () => {
  it('have one text each', () => {
    expect([account, org, project].map(scopeKey)).toEqual(['account', 'org/acme', 'project/acme/shop']);
  });

  it('see those around them, nearest first', () => {
    expect(visibleScopes(project)).toEqual([project, org, account]);
    expect(visibleScopes(account)).toEqual([account]);
  });
});
