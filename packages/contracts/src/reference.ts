import type { Scope } from './scope-schema.ts';

/** A reference as it is written in a document: `account.x`, `org.x`, or `x` for the document's own scope. */
export type Reference = string;

/**
 * The scope and identifier a reference means when it is written in a document of scope `from`.
 * `null` when it asks for a scope that `from` cannot see (`org.x` written at account scope).
 */
export function resolveReference(
  reference: Reference,
  from: Scope,
): { scope: Scope; identifier: string } | null {
  const [head, ...rest] = reference.split('.');
  if (rest.length === 0) return { scope: from, identifier: reference };
  const identifier = rest.join('.');
  if (head === 'account') return { scope: { level: 'account' }, identifier };
  if (head === 'org' && from.level !== 'account')
    return { scope: { level: 'org', org: from.org }, identifier };
  return null;
}

/** How a document of scope `from` writes a reference to an entity of scope `target`; `null` when it cannot see it. */
export function writeReference(identifier: string, target: Scope, from: Scope): Reference | null {
  if (sameScope(target, from)) return identifier;
  if (target.level === 'account') return `account.${identifier}`;
  if (target.level === 'org' && from.level === 'project' && from.org === target.org)
    return `org.${identifier}`;
  return null;
}

export function sameScope(a: Scope, b: Scope): boolean {
  return scopeKey(a) === scopeKey(b);
}

/** A stable text for a scope: `account`, `org/<org>`, `project/<org>/<project>`. */
export function scopeKey(scope: Scope): string {
  if (scope.level === 'account') return 'account';
  return scope.level === 'org' ? `org/${scope.org}` : `project/${scope.org}/${scope.project}`;
}

/** The scope itself and those around it, nearest first. */
export function visibleScopes(scope: Scope): Scope[] {
  if (scope.level === 'account') return [scope];
  if (scope.level === 'org') return [scope, { level: 'account' }];
  return [scope, { level: 'org', org: scope.org }, { level: 'account' }];
}
