import { QueryClient } from '@tanstack/react-query';
import { isTransient } from './api-error.ts';

/** Nothing is asked again by a clock: live messages and saves say what is stale. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: true,
        retry: (failures, error) => isTransient(error) && failures < 2,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 5000),
      },
      mutations: { retry: false },
    },
  });
