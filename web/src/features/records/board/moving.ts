import type { Amount } from "../../../api/types";
import { isAmount } from "../../fields/fields";
import type { Board, BoardColumn, Entity, ObjectInfo } from "../types";

function amountOf(object: ObjectInfo, record: Entity): Amount | undefined {
  const value = record.fields[object.amount ?? ""];
  return isAmount(value) ? value : undefined;
}

/** Sums with one amount more (or, by -1, less), each currency by itself. */
function counted(totals: Amount[], amount: Amount | undefined, by: 1 | -1): Amount[] {
  if (amount === undefined) return totals;
  const known = totals.some(({ currency }) => currency === amount.currency);
  const all = known ? totals : [...totals, { minor: 0, currency: amount.currency }];
  return all.map((total) =>
    total.currency === amount.currency ? { ...total, minor: total.minor + by * amount.minor } : total,
  );
}

/** A board without a record, counts and sums included. */
function without(board: Board, object: ObjectInfo, id: string): Board {
  const columns = board.columns.map((column): BoardColumn => {
    const record = column.items.find((item) => item.id === id);
    if (record === undefined) return column;
    return {
      ...column,
      count: column.count - 1,
      totals: counted(column.totals, amountOf(object, record), -1),
      items: column.items.filter((item) => item.id !== id),
    };
  });
  return { columns };
}

/** A board with a record on top of a column; away from it when no column is of that state. */
export function placed(board: Board, object: ObjectInfo, record: Entity, code: string): Board {
  const rest = without(board, object, record.id);
  const columns = rest.columns.map((column): BoardColumn => {
    if (column.code !== code) return column;
    return {
      ...column,
      count: column.count + 1,
      totals: counted(column.totals, amountOf(object, record), 1),
      items: [record, ...column.items],
    };
  });
  return { columns };
}

/** The same board with a newer version of a record where it stands. */
export function renewed(board: Board, object: ObjectInfo, record: Entity): Board {
  const columns = board.columns.map((column): BoardColumn => {
    const before = column.items.find(({ id }) => id === record.id);
    if (before === undefined) return column;
    return {
      ...column,
      totals: counted(counted(column.totals, amountOf(object, before), -1), amountOf(object, record), 1),
      items: column.items.map((item) => (item.id === record.id ? record : item)),
    };
  });
  return { columns };
}

/** The column a record stands in. */
export function columnOf(board: Board, id: string): BoardColumn | undefined {
  return board.columns.find(({ items }) => items.some((item) => item.id === id));
}
