import { useRef } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ListState } from '../hooks/use-list-state.ts';
import classes from './ListTable.module.css';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ReactNode;
  /** The API's name of the field, where the list can be sorted by it. */
  readonly sort?: string;
  readonly width?: string;
  /** Left out where rows are cards. */
  readonly wideOnly?: boolean;
}

export interface ListTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly hrefOf: (row: Row) => string;
  readonly state?: ListState;
}

function moveFocus(event: React.KeyboardEvent, table: HTMLElement | null): void {
  const links = [...(table?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
  const at = links.findIndex((link) => link === document.activeElement);
  if (at < 0) return;
  const next = { ArrowDown: links[at + 1], ArrowUp: links[at - 1], Home: links[0], End: links.at(-1) }[
    event.key
  ];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

function Head({ column, state }: { column: Column<never>; state: ListState | undefined }) {
  const { sort } = column;
  if (sort === undefined || state === undefined)
    return (
      <th scope="col" data-wide={column.wideOnly}>
        {column.head}
      </th>
    );
  const direction = state.sort === sort ? 'ascending' : state.sort === `-${sort}` ? 'descending' : 'none';
  return (
    <th scope="col" aria-sort={direction} data-wide={column.wideOnly}>
      <button
        type="button"
        className={classes.sort}
        onClick={() => state.set('sort', direction === 'ascending' ? `-${sort}` : sort)}
      >
        {column.head}
        <span aria-hidden="true">
          {direction === 'ascending' ? ' ↑' : direction === 'descending' ? ' ↓' : ''}
        </span>
      </button>
    </th>
  );
}

/** Rows that lead somewhere: a table, or cards where it is narrow. The first cell is the link; arrows move between rows. */
export function ListTable<Row>({ label, columns, rows, keyOf, hrefOf, state }: ListTableProps<Row>) {
  const table = useRef<HTMLTableElement>(null);
  return (
    <table
      ref={table}
      className={classes.table}
      aria-label={label}
      onKeyDown={(event) => moveFocus(event, table.current)}
    >
      <colgroup>
        {columns.map((column) => (
          <col
            key={column.head}
            style={column.width === undefined ? undefined : { width: column.width }}
            data-wide={column.wideOnly}
          />
        ))}
      </colgroup>
      <thead>
        <tr>
          {columns.map((column) => (
            // A head reads no row.
            <Head key={column.head} column={column as Column<never>} state={state} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column, position) => (
              <td key={column.head} data-head={column.head} data-wide={column.wideOnly}>
                {position === 0 ? (
                  <Link to={hrefOf(row)} data-row className={classes.link}>
                    {column.cell(row)}
                  </Link>
                ) : (
                  <div className={classes.cell}>{column.cell(row)}</div>
                )}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
