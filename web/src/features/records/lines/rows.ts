import { isAmount, textOf } from "../../fields/fields";
import type { Entity, Line, LineInput } from "../types";
import { minorOf } from "./sums";

/** One line as the form holds it: numbers as they are typed. */
export interface LineRow {
  /** Tells rows apart while they are moved and removed; never sent. */
  key: string;
  product?: string | undefined;
  name: string;
  unit: string;
  quantity: string | null;
  /** In units of the currency: "12.50". */
  price: string | null;
  discount: string | null;
  tax_rate: string | null;
}

const CURRENCY = "CNY";
const MINOR_PER_UNIT = 100;

let made = 0;

export function emptyRow(): LineRow {
  made += 1;
  return {
    key: `row-${made}`,
    name: "",
    unit: "",
    quantity: "1",
    price: null,
    discount: null,
    tax_rate: null,
  };
}

const units = (minor: number) => (minor / MINOR_PER_UNIT).toFixed(2);

/** The rows of a form for lines as they came. */
export function rowsOf(lines: Line[]): LineRow[] {
  return lines.map((line) => ({
    ...emptyRow(),
    product: line.product ?? undefined,
    name: line.name,
    unit: line.unit ?? "",
    quantity: line.quantity,
    price: units(line.price.minor),
    discount: line.discount ?? null,
    tax_rate: line.tax_rate ?? null,
  }));
}

/** Whether nothing was entered into a row, so that it need not be sent. */
export function isBlank({ product, name, price }: LineRow): boolean {
  return product === undefined && name.trim() === "" && (price ?? "") === "";
}

/** The lines as they are sent. Rows without anything in them are left out. */
export function linesToWire(rows: LineRow[]): LineInput[] {
  return rows
    .filter((row) => !isBlank(row))
    .map(({ product, name, unit, quantity, price, discount, tax_rate }) => ({
      ...(product === undefined ? {} : { product }),
      name: name.trim(),
      ...(unit.trim() === "" ? {} : { unit: unit.trim() }),
      quantity: quantity?.trim() || "0",
      price: { minor: Number(minorOf(price) ?? 0n), currency: CURRENCY },
      ...(discount ? { discount } : {}),
      ...(tax_rate ? { tax_rate } : {}),
    }));
}

/** A row that has become one of a product: its name, unit, price and tax, as far as the product says. */
export function withProduct(row: LineRow, product: Entity | undefined): LineRow {
  if (product === undefined) return { ...row, product: undefined };
  const { name, unit, price, tax_rate } = product.fields;
  return {
    ...row,
    product: product.id,
    name: textOf(name) || row.name,
    unit: textOf(unit) || row.unit,
    price: isAmount(price) ? units(price.minor) : row.price,
    tax_rate: textOf(tax_rate) || row.tax_rate,
  };
}
