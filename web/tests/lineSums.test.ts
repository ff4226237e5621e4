import { describe, expect, it } from "vitest";
import { emptyRow, type LineRow, linesToWire, rowsOf, withProduct } from "../src/features/records/lines/rows";
import { decimal, lineSum, minorOf, totalsOf } from "../src/features/records/lines/sums";
import { entity } from "./objects";

const row = (more: Partial<LineRow>): LineRow => ({ ...emptyRow(), name: "Pallet", ...more });
const cny = (minor: number) => ({ minor, currency: "CNY" });

describe("numbers as text", () => {
  it("are read digit by digit", () => {
    expect(decimal("12.50")).toEqual({ digits: 1250n, scale: 2 });
    expect(decimal(" 7. ")).toEqual({ digits: 7n, scale: 0 });
    expect(decimal("-0.5")).toEqual({ digits: -5n, scale: 1 });
    for (const text of ["", ".", "1e3", "1,000", "x", null, undefined]) expect(decimal(text)).toBeUndefined();
  });

  it("become minor units without going through binary fractions", () => {
    expect(minorOf("0.29")).toBe(29n);
    expect(minorOf("1.005")).toBe(101n);
    expect(minorOf("90071992547409.93")).toBe(9007199254740993n);
  });
});

describe("what a line comes to", () => {
  it("is quantity times price, less the discount, and the tax on that", () => {
    const sum = lineSum(row({ quantity: "3", price: "39800", discount: "10", tax_rate: "13" }));
    expect(sum).toEqual({ before: 11_940_000n, net: 10_746_000n, tax: 1_396_980n, gross: 12_142_980n });
  });

  it("is rounded to minor units at each step, halves upwards", () => {
    // 0.495: half a minor unit counts as a whole one.
    expect(lineSum(row({ quantity: "1.5", price: "0.33" }))?.before).toBe(50n);
    expect(lineSum(row({ quantity: "1", price: "0.05", discount: "50" }))?.net).toBe(2n);
    expect(lineSum(row({ quantity: "1", price: "10.15", tax_rate: "6.5" }))?.tax).toBe(66n);
  });

  it("is not known before there is a price", () => {
    expect(lineSum(row({ price: null }))).toBeUndefined();
    expect(lineSum(row({ price: "1", quantity: null }))).toBeUndefined();
  });

  it("adds up, passing by what is not known yet", () => {
    const rows = [
      row({ quantity: "3", price: "39800", discount: "10", tax_rate: "13" }),
      row({ quantity: "2.5", price: "1500", tax_rate: "6" }),
      row({ price: null }),
    ];
    expect(totalsOf(rows)).toEqual({
      subtotal: 12_315_000n,
      discount: 1_194_000n,
      tax: 1_419_480n,
      total: 12_540_480n,
    });
  });
});

describe("lines on their way", () => {
  it("leave out rows nothing was entered into, and values nobody gave", () => {
    expect(linesToWire([row({ price: "12.5", unit: " t " }), emptyRow()])).toEqual([
      { name: "Pallet", unit: "t", quantity: "1", price: cny(1250) },
    ]);
  });

  it("come back as the rows they were sent from", () => {
    const lines = [
      { product: "p1", name: "Pallet", quantity: "2.5", price: cny(1250), discount: "10", tax_rate: "13" },
      { name: "Advice", unit: "h", quantity: "1", price: cny(90_000) },
    ];
    expect(linesToWire(rowsOf(lines))).toEqual(lines);
  });

  it("take what a product says, and keep what it does not", () => {
    const product = entity("product", "p1", { name: "Crane", unit: "h", price: cny(12_345) });
    expect(withProduct(row({ tax_rate: "6", quantity: "4" }), product)).toMatchObject({
      product: "p1",
      name: "Crane",
      unit: "h",
      price: "123.45",
      tax_rate: "6",
      quantity: "4",
    });
  });
});
