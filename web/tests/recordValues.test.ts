import { describe, expect, it } from "vitest";
import type { FieldValue } from "../src/api/types";
import { listable, placesOf, reachable } from "../src/app/navigation";
import { prefilledFrom } from "../src/features/records/detail/prefilled";
import { editFields, newFields } from "../src/features/records/edit/formFields";
import {
  changedRecord,
  filledRecord,
  initialRecord,
  rebaseRecord,
} from "../src/features/records/edit/recordValues";
import { lineOf, recordFormName } from "../src/features/records/edit/useRecordProblem";
import { conversionBody } from "../src/features/records/lead/conversion";
import type { LineRow } from "../src/features/records/lines/rows";
import { intentOf, isForList, neighbour } from "../src/features/records/list/keys";
import { referrersTo } from "../src/features/records/objects";
import { recordTitle } from "../src/features/records/records";
import { entity, field, object } from "./objects";

const cny = (minor: number) => ({ minor, currency: "CNY" });
const LINE = { name: "Pallet", quantity: "2", price: cny(1000) };
const FIELDS = [
  field("name"),
  field("customer", { type: "reference", object: "customer" }),
  field("amount", { type: "amount" }),
  field("lines", { type: "lines" }),
  field("total", { type: "amount", computed: true }),
];
const RECORD: Record<string, FieldValue> = {
  name: "Offer",
  customer: { id: "c1", name: "Harbour Foods" },
  lines: { lines: [{ ...LINE, discount: "0", tax_rate: "13", net: cny(2000), gross: cny(2260) }] },
  total: cny(2260),
};
const QUOTE = object("quote", "quotes", {
  state: { field: "status", states: [{ code: "draft", kind: "open", needs: [], next: [] }] },
  fields: [...FIELDS, field("status", { type: "choice" }), field("terms", { type: "long_text" })],
});

describe("the form of a record", () => {
  it("holds references by id, and sends nothing that was not touched", () => {
    const values = initialRecord(FIELDS, RECORD);
    expect(values.customer).toBe("c1");
    expect(changedRecord(FIELDS, RECORD, values)).toEqual({});
  });

  it("sends lines as a whole when one of them changed, and null when they are gone", () => {
    const values = initialRecord(FIELDS, RECORD);
    const rows = values.lines as LineRow[];
    const changed = { ...values, lines: rows.map((row) => ({ ...row, quantity: "3" })) };
    expect(changedRecord(FIELDS, RECORD, changed)).toEqual({
      lines: { lines: [{ ...LINE, discount: "0", tax_rate: "13", quantity: "3" }] },
    });
    expect(changedRecord(FIELDS, RECORD, { ...values, lines: [] })).toEqual({ lines: null });
  });

  it("never writes what is computed", () => {
    expect(filledRecord(FIELDS, { name: "Offer", total: "5" })).toEqual({ name: "Offer" });
  });

  it("keeps a draft on top of a newer version, and names what both have changed", () => {
    const values = initialRecord(FIELDS, RECORD);
    const mine = { ...values, name: "My offer", lines: [] };
    const theirs = {
      ...RECORD,
      amount: cny(100),
      lines: { lines: [{ ...LINE, discount: "0", tax_rate: "13", quantity: "9" }] },
    };
    const merged = rebaseRecord(FIELDS, RECORD, theirs, mine);
    expect(merged.values).toMatchObject({ name: "My offer", amount: "1.00", lines: [] });
    expect(merged.both).toEqual(["lines"]);
  });

  it("has a place for every remark of the server, those about one cell of a table included", () => {
    expect(recordFormName("fields.name")).toEqual(["name"]);
    expect(recordFormName("owner_id")).toEqual(["owner_id"]);
    for (const cell of ["fields.lines[2].price", "fields.lines.2.price", "fields.lines.lines.2.price"]) {
      expect(recordFormName(cell)).toEqual(["lines"]);
      expect(lineOf(cell)).toBe(3);
    }
    expect(lineOf("fields.lines")).toBeUndefined();
  });

  it("asks for no state, which is moved otherwise, and for tables and long texts last", () => {
    expect(editFields(QUOTE).map(({ name }) => name)).toEqual([
      "name",
      "customer",
      "amount",
      "lines",
      "terms",
    ]);
    const stage = field("stage", { type: "stage" });
    const staged = object("deal", "deals", {
      state: { field: "stage", states: [] },
      fields: [stage],
    });
    expect(newFields(staged)).toEqual([stage]);
  });
});

describe("a record made from another", () => {
  const order = object("order", "orders", {
    fields: [...FIELDS, field("quote", { type: "reference", object: "quote" })],
  });

  it("refers to it and takes over customer and lines, but no sums", () => {
    const quote = entity("quote", "q1", RECORD);
    const by = field("quote", { type: "reference", object: "quote" });
    expect(prefilledFrom(QUOTE, quote, order, by)).toEqual({
      quote: { id: "q1", name: "Offer" },
      customer: RECORD.customer,
      lines: RECORD.lines,
    });
  });

  it("takes over nothing that may not be seen", () => {
    const quote = entity("quote", "q1", { name: "Offer", customer: { id: "c9", name: null } });
    const by = field("quote", { type: "reference", object: "quote" });
    expect(prefilledFrom(QUOTE, quote, order, by)).toEqual({ quote: { id: "q1", name: "Offer" } });
  });

  it("is found by every field that refers", () => {
    const found = referrersTo("quote", [QUOTE, order]);
    expect(found.map(({ object, field }) => `${object.name}.${field.name}`)).toEqual(["order.quote"]);
  });
});

describe("what a record is called", () => {
  it("is its title, the name of what it refers to, its number, or nothing", () => {
    expect(recordTitle(QUOTE, entity("quote", "q1", RECORD))).toBe("Offer");
    const payment = object("payment", "payments", { title: "customer" });
    expect(recordTitle(payment, entity("payment", "p1", RECORD))).toBe("Harbour Foods");
    expect(recordTitle(payment, entity("payment", "p1", { number: "HK-1" }))).toBe("HK-1");
    expect(recordTitle(payment, entity("payment", "p1", {}))).toBe("–");
  });
});

describe("a conversion", () => {
  it("makes a new customer or takes one that is there, and an opportunity if asked", () => {
    const typed = { to: "new", name: " Quay ", customer_id: "c1", with_opportunity: false } as const;
    expect(conversionBody(typed, FIELDS, false)).toEqual({
      customer_id: null,
      customer: { fields: { name: "Quay" } },
      opportunity: null,
      allow_duplicate: false,
    });
    const existing = {
      ...typed,
      to: "existing",
      with_opportunity: true,
      opportunity: { amount: "12" },
    } as const;
    expect(conversionBody(existing, FIELDS, true)).toEqual({
      customer_id: "c1",
      customer: null,
      opportunity: { fields: { amount: cny(1200) } },
      allow_duplicate: true,
    });
  });
});

describe("walking a list", () => {
  const press = (key: string, target: HTMLElement, more: KeyboardEventInit = {}) => {
    document.body.replaceChildren(target);
    let meant = false;
    const listen = (event: KeyboardEvent) => {
      meant = isForList(event);
    };
    window.addEventListener("keydown", listen, { once: true });
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    return meant;
  };
  const made = (tag: string, attributes: Record<string, string> = {}) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  };

  it("goes by letters and arrows, and not beyond the ends", () => {
    expect(["j", "ArrowDown", "k", "ArrowUp", "Enter", "Escape", "x"].map(intentOf)).toEqual([
      "next",
      "next",
      "previous",
      "previous",
      "open",
      "close",
      undefined,
    ]);
    const ids = ["a", "b", "c"];
    expect(neighbour(ids, undefined, "next")).toBe("a");
    expect(neighbour(ids, undefined, "previous")).toBeUndefined();
    expect(neighbour(ids, "b", "next")).toBe("c");
    expect(neighbour(ids, "b", "previous")).toBe("a");
    expect(neighbour(ids, "c", "next")).toBeUndefined();
    // What is open may have left the list: one begins anew.
    expect(neighbour(ids, "gone", "next")).toBe("a");
  });

  it("takes no key from what is written or chosen in", () => {
    expect(press("j", made("div"))).toBe(true);
    expect(press("j", made("div"), { ctrlKey: true })).toBe(false);
    for (const tag of ["input", "textarea"]) expect(press("j", made(tag))).toBe(false);
    expect(press("ArrowDown", made("div", { role: "tab" }))).toBe(false);
    expect(press("j", made("div", { role: "tab" }))).toBe(true);
    expect(press("Enter", made("button"))).toBe(false);
    expect(press("Escape", made("button"))).toBe(true);
    expect(press("ArrowDown", made("div", { "data-own-keys": "" }))).toBe(false);
    expect(press("Escape", made("div", { "data-own-keys": "" }))).toBe(true);
  });
});

describe("the navigation", () => {
  it("puts the records one may list under customers, and the rest below", () => {
    const permissions = ["customer.list", "quote.list", "import.create"];
    const objects = listable([QUOTE, object("order", "orders")], permissions);
    const words = { destination: (label: string) => label, object: (name: string) => name };
    const places = placesOf(reachable(permissions), objects, words);
    expect(places.map(({ to, group }) => [to, group])).toEqual([
      ["/customers", "sales"],
      ["/quotes", "sales"],
      ["/imports", null],
      ["/docs", null],
    ]);
  });
});
