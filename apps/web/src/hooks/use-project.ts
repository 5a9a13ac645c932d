import { useMemo } from 'react';
import { useParams } from 'react-router';
import type { ProjectRef } from '../paths.ts';

/** The project of the address. */
export function useProject(): ProjectRef {
  const { org, project } = useParams();
  return useMemo(() => {
    if (org === undefined || project === undefined) {
      throw new Error('useProject is used outside /orgs/:org/projects/:project: move the route below it.');
    }
    return { org, project };
  }, [org, project]);
}
