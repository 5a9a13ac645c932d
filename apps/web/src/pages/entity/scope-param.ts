import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { ScopeRef } from '../../api/operations.ts';
import { useProject } from '../../hooks/use-project.ts';

/** `?scope=account` and `?scope=org` show an entity of a scope around the project. */
export function useEntityScope(): ScopeRef {
  const project = useProject();
  const [params] = useSearchParams();
  const scope = params.get('scope');
  return useMemo(
    () => (scope === 'account' ? {} : scope === 'org' ? { org: project.org } : project),
    [project, scope],
  );
}
