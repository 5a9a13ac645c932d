import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import type { ReactNode } from 'react';
import type { Page } from '../api/entities.ts';
import type { ListState } from '../hooks/use-list-state.ts';
import { PageHeader } from '../layouts/PageHeader.tsx';
import { Empty } from '../ui/Empty.tsx';
import { Loaded } from './Loaded.tsx';
import { ListTable } from './ListTable.tsx';
import type { Column } from './ListTable.tsx';
import classes from './ListScreen.module.css';

function Search({ state, label }: { state: ListState; label: string }) {
  const [words, setWords] = useState(state.search);
  useEffect(() => setWords(state.search), [state.search]);
  const settle = useEffectEvent(() => words !== state.search && state.set('search', words));
  useEffect(() => {
    const timer = setTimeout(settle, 200);
    return () => clearTimeout(timer);
  }, [words]);
  return (
    <TextInput
      type="search"
      aria-label={label}
      placeholder="Search"
      className={classes.search ?? ''}
      leftSection={<IconSearch size={15} stroke={1.6} aria-hidden="true" />}
      value={words}
      onChange={(event) => setWords(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('a[data-row]')?.focus();
        if (event.key === 'Escape') setWords('');
      }}
    />
  );
}

function Pager({ page, state, shown }: { page: Page<unknown>; state: ListState; shown: number }) {
  return (
    <footer className={classes.pager}>
      <span className="muted nums">
        {shown < page.total ? `${shown} of ${page.total}` : `${page.total} in all`}
      </span>
      <span className={classes.pages}>
        {state.cursor !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => state.goTo(null)}>
            First page
          </Button>
        )}
        {page.nextCursor !== undefined && (
          <Button size="compact-sm" variant="default" onClick={() => state.goTo(page.nextCursor ?? null)}>
            Next page
          </Button>
        )}
      </span>
    </footer>
  );
}

export interface ListScreenProps<Row> {
  readonly title: string;
  readonly state: ListState;
  readonly query: UseQueryResult<Page<Row>>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly hrefOf: (row: Row) => string;
  readonly actions?: ReactNode;
  readonly filters?: ReactNode;
  readonly filtered?: boolean;
  readonly above?: ReactNode;
  /** What the thing is, for when there is none. */
  readonly empty: {
    readonly title: string;
    readonly text: string;
    readonly action?: ReactNode;
    readonly command?: string;
  };
}

/** A list: search, sort and page in the address; says what the thing is when there is none. */
export function ListScreen<Row>({
  title,
  state,
  query,
  columns,
  keyOf,
  hrefOf,
  actions,
  filters,
  filtered = false,
  above,
  empty,
}: ListScreenProps<Row>) {
  const narrowed = state.search !== '' || filtered;
  return (
    <>
      <PageHeader title={title} actions={actions} />
      <div className={classes.body}>
        {above}
        <div className={classes.tools}>
          <Search state={state} label={`Search ${title.toLowerCase()}`} />
          {filters}
        </div>
        <div className={classes.card}>
          <Loaded query={query} rows={6}>
            {(page) =>
              page.items.length > 0 ? (
                <>
                  <ListTable
                    label={title}
                    columns={columns}
                    rows={page.items}
                    keyOf={keyOf}
                    hrefOf={hrefOf}
                    state={state}
                  />
                  <Pager page={page} state={state} shown={page.items.length} />
                </>
              ) : narrowed ? (
                <Empty title="Nothing matches">Another word, or fewer filters.</Empty>
              ) : (
                <Empty
                  title={empty.title}
                  action={empty.action}
                  {...(empty.command === undefined ? {} : { command: empty.command })}
                >
                  {empty.text}
                </Empty>
              )
            }
          </Loaded>
        </div>
      </div>
    </>
  );
}
