import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Placeholder } from '../ui/Placeholder.tsx';
import { ProblemPage, ProblemView } from './ProblemView.tsx';

/**
 * Shows a query's data; before it, the layout's placeholder; instead of it, what went wrong.
 * Data that is there stays when a later read fails: the connection line says why it may be old.
 */
export function Loaded<Data>({
  query,
  children,
  rows,
  page = false,
}: {
  query: UseQueryResult<Data>;
  children: (data: Data) => ReactNode;
  rows?: number;
  page?: boolean;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) {
    const retry = () => void query.refetch();
    return page ? (
      <ProblemPage error={query.error} onRetry={retry} />
    ) : (
      <ProblemView error={query.error} onRetry={retry} />
    );
  }
  return <Placeholder {...(rows === undefined ? {} : { rows })} />;
}
