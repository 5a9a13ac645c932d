import type { Permission } from '@slipway/contracts';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/queries.ts';

export function useSession() {
  return useQuery(queries.session()).data;
}

/** Whether the signed-in actor holds a permission anywhere; the API decides for the scope. */
export function useMay(permission: Permission): boolean {
  const session = useSession();
  return session === undefined || session.permissions.includes(permission);
}
