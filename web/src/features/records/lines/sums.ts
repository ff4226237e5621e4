import type { LineRow } from "./rows";

/**
 * The sums of lines as the form shows them while one types, in whole minor units: numbers are taken apart as decimal
 * text and never become binary fractions. What holds is what the server works out.
 */
export interface LineSum {
  /** Quantity times price. */
  before: bigint;
  /** What is left after the discount. */
  net: bigint;
  tax: bigint;
  gross: bigint;
}

export interface Totals {
  subtotal: bigint;
  discount: bigint;
  tax: bigint;
  total: bigint;
}

interface Decimal {
  digits: bigint;
  /** How many of the digits stand after the point. */
  scale: number;
}

/** A decimal text as whole digits and a scale; undefined for what is no number. */
export function decimal(text: string | null | undefined): Decimal | undefined {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text?.trim() ?? "");
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = ""] = match;
  return { digits: BigInt(`${sign}${whole}${fraction}`), scale: fraction.length };
}

/** A quotient rounded to the nearest, halves away from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const half = divisor / 2n;
  return dividend >= 0n ? (dividend + half) / divisor : -((-dividend + half) / divisor);
}

const power = (scale: number) => 10n ** BigInt(scale);
const MINOR_SCALE = 2;

/** A price in units ("12.50") as minor units; fractions of them are rounded. */
export function minorOf(price: string | null | undefined): bigint | undefined {
  const value = decimal(price);
  if (value === undefined) return undefined;
  return rounded(value.digits * power(MINOR_SCALE), power(value.scale));
}

/** The share that `percent` of an amount is. */
function share(amount: bigint, percent: Decimal): bigint {
  return rounded(amount * percent.digits, 100n * power(percent.scale));
}

const NOTHING: Decimal = { digits: 0n, scale: 0 };

/** What one line comes to; undefined as long as quantity or price are missing. */
export function lineSum(row: LineRow): LineSum | undefined {
  const quantity = decimal(row.quantity);
  const price = minorOf(row.price);
  if (quantity === undefined || price === undefined) return undefined;
  const before = rounded(quantity.digits * price, power(quantity.scale));
  const net = before - share(before, decimal(row.discount) ?? NOTHING);
  const tax = share(net, decimal(row.tax_rate) ?? NOTHING);
  return { before, net, tax, gross: net + tax };
}

/** What all lines come to together. */
export function totalsOf(rows: LineRow[]): Totals {
  const totals: Totals = { subtotal: 0n, discount: 0n, tax: 0n, total: 0n };
  for (const row of rows) {
    const sum = lineSum(row);
    if (sum === undefined) continue;
    totals.subtotal += sum.before;
    totals.discount += sum.before - sum.net;
    totals.tax += sum.tax;
    totals.total += sum.gross;
  }
  return totals;
}
