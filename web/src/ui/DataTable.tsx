import { ArrowDownOutlined, ArrowUpOutlined } from "@ant-design/icons";
import type { ReactNode } from "react";
import { useT } from "../i18n/useT";

export interface Column<Row> {
  key: string;
  title: string;
  /** What stands in the header in the title's place. */
  head?: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Whether the server can sort by it. */
  sortable?: boolean;
  /** Stays in view while the table scrolls sideways. */
  pinned?: boolean;
}

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  density?: "compact" | "normal" | "roomy";
  /** The sorted column, with "-" before it for descending. */
  sort?: string | undefined;
  onSort?: (key: string) => void;
  /** The row the keyboard is on. */
  current?: string | undefined;
  onOpen?: (row: Row) => void;
  busy?: boolean;
}

const SKELETON_ROWS = Array.from({ length: 8 }, (_, row) => `waiting-${row}`);

/** A dense table with a header that stays, made for lists whose paging and sorting the server does. */
export function DataTable<Row>(props: Props<Row>) {
  const { label, columns, rows, rowKey, density = "normal", current, onOpen, busy } = props;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard.
    <section className={`table-frame table-${density}`} aria-label={label} aria-busy={busy} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell key={column.key} column={column} sort={props.sort} onSort={props.onSort} />
            ))}
          </tr>
        </thead>
        <tbody className={busy ? "table-busy" : undefined}>
          {rows === undefined
            ? SKELETON_ROWS.map((key) => (
                <tr key={key}>
                  {columns.map((column) => (
                    <td key={column.key}>
                      <span className="skeleton" />
                    </td>
                  ))}
                </tr>
              ))
            : rows.map((row) => (
                // The row's own link is what keyboard and screen reader use; the click anywhere is for the mouse.
                <tr
                  key={rowKey(row)}
                  data-key={rowKey(row)}
                  className={classesOf(onOpen !== undefined, rowKey(row) === current)}
                  onClick={
                    onOpen === undefined ? undefined : (event) => opensRow(event.target) && onOpen(row)
                  }
                >
                  {columns.map((column) => (
                    <td key={column.key} className={cellClass(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
        </tbody>
      </table>
    </section>
  );
}

function HeaderCell<Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<Row>;
  sort?: string | undefined;
  onSort?: ((key: string) => void) | undefined;
}) {
  const t = useT();
  const direction = sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : undefined;
  return (
    <th scope="col" className={cellClass(column)} aria-sort={direction}>
      {column.sortable && onSort !== undefined ? (
        <button
          type="button"
          onClick={() => onSort(column.key)}
          title={t("sort-by", { column: column.title })}
        >
          {column.title}
          {direction === "ascending" && <ArrowUpOutlined aria-hidden />}
          {direction === "descending" && <ArrowDownOutlined aria-hidden />}
        </button>
      ) : (
        (column.head ?? column.title)
      )}
    </th>
  );
}

function cellClass<Row>(column: Column<Row>): string | undefined {
  const classes = [column.align === "end" ? "cell-end" : "", column.pinned ? "cell-pinned" : ""].filter(
    Boolean,
  );
  return classes.length === 0 ? undefined : classes.join(" ");
}

function classesOf(opens: boolean, current: boolean): string | undefined {
  const classes = [opens ? "row-opens" : "", current ? "row-current" : ""].filter(Boolean);
  return classes.length === 0 ? undefined : classes.join(" ");
}

/** A click on a control inside a row, or one that ends a selection of text, is not a click on the row. */
function opensRow(target: EventTarget): boolean {
  if (
    target instanceof Element &&
    target.closest("a, button, input, label, .ant-popover, .ant-modal") !== null
  )
    return false;
  return window.getSelection()?.isCollapsed ?? true;
}
