import { useMemo } from 'react';
import { useSearchParams } from 'react-router';

export interface ListState {
  readonly search: string;
  readonly sort: string;
  readonly cursor: string | undefined;
  filter(name: string): string;
  /** Changes what is listed: the first page of it is shown. */
  set(name: string, value: string): void;
  goTo(cursor: string | null): void;
  /** What the API is asked. */
  readonly query: {
    readonly search?: string;
    readonly sort?: string;
    readonly cursor?: string;
    readonly limit: number;
  };
}

const pageSize = 50;

/** Search, sort, filters and page of a list live in its address: Back works, a reload loses nothing. */
export function useListState(defaultSort: string): ListState {
  const [params, setParams] = useSearchParams();
  const search = params.get('search') ?? '';
  const sort = params.get('sort') ?? defaultSort;
  const cursor = params.get('cursor') ?? undefined;
  const query = useMemo(
    () => ({
      limit: pageSize,
      sort,
      ...(search === '' ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
    [search, sort, cursor],
  );
  const change = (changes: Readonly<Record<string, string | null>>, replace: boolean) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace },
    );
  return {
    search,
    sort,
    cursor,
    query,
    filter: (name) => params.get(name) ?? '',
    set: (name, value) => change({ [name]: value, cursor: null }, true),
    goTo: (next) => change({ cursor: next }, false),
  };
}
