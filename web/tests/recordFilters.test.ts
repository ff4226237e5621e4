import { describe, expect, it } from "vitest";
import {
  askedCount,
  cleared,
  conditionOf,
  filterOf,
  filterSpecs,
  shownFilters,
} from "../src/features/records/list/filters";
import { parseRecordSearch } from "../src/features/records/list/listSearch";
import { field, object } from "./objects";

const OPPORTUNITY = object("opportunity", "opportunities", {
  state: { field: "stage", states: [] },
  fields: [
    field("name"),
    field("customer", { type: "reference", object: "customer", filterable: true }),
    field("pipeline", { type: "pipeline", filterable: true }),
    field("stage", { type: "stage", filterable: true }),
    field("amount", { type: "amount", filterable: true }),
    field("close_at", { type: "date", filterable: true }),
    field("kind", { type: "choice", choices: ["renewal"], filterable: true }),
    field("source", { type: "choice", choices: ["website"], filterable: true }),
    field("city", { filterable: true }),
    field("phone", { type: "phone", filterable: true, masked: true }),
    field("cost", { type: "amount", filterable: true, access: "hidden" }),
  ],
});
const SPECS = filterSpecs(OPPORTUNITY);
const spec = (name: string) => {
  const found = SPECS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no filter ${name}`);
  return found;
};

describe("the filters of an object", () => {
  it("are of the fields the server filters by and one may see, the state first", () => {
    expect(SPECS.map(({ name }) => name)).toEqual([
      "stage",
      "customer",
      "pipeline",
      "amount",
      "close_at",
      "kind",
      "source",
      "city",
      "owner_id",
      "created_at",
      "updated_at",
    ]);
  });

  it("show the few asked most, whatever is asked for, and what was brought in; the others wait", () => {
    const { shown, waiting } = shownFilters(SPECS, { city: "Leith" }, ["amount"]);
    expect(shown.map(({ name }) => name)).toEqual([
      "stage",
      "customer",
      "amount",
      "kind",
      "city",
      "owner_id",
    ]);
    expect(waiting.map(({ name }) => name)).toEqual([
      "pipeline",
      "close_at",
      "source",
      "created_at",
      "updated_at",
    ]);
  });
});

describe("a condition of the address", () => {
  it("is one of several values, or none", () => {
    expect(conditionOf(spec("stage"), { stage: "s1,s2" })).toEqual({ field: "stage", in: ["s1", "s2"] });
    expect(conditionOf(spec("kind"), { kind: "renewal,~" })).toEqual({
      field: "kind",
      in: ["renewal", null],
    });
    expect(conditionOf(spec("stage"), {})).toBeUndefined();
  });

  it("is a range with one end or both, amounts in minor units", () => {
    expect(conditionOf(spec("amount"), { amount_from: "12.5", amount_to: "99.99" })).toEqual({
      field: "amount",
      from: 1250,
      to: 9999,
    });
    expect(conditionOf(spec("close_at"), { close_at_to: "2026-12-31" })).toEqual({
      field: "close_at",
      to: "2026-12-31",
    });
    expect(conditionOf(spec("amount"), { amount_from: "much" })).toBeUndefined();
  });

  it("takes typed text as one value, commas and all", () => {
    expect(conditionOf(spec("city"), { city: "Leith, Edinburgh" })).toEqual({
      field: "city",
      in: ["Leith, Edinburgh"],
    });
  });
});

describe("the filter of a list", () => {
  it("joins what is asked, and is nothing when nothing is", () => {
    expect(filterOf(SPECS, { q: "sea", sort: "-amount" })).toBeUndefined();
    expect(filterOf(SPECS, { owner_id: "u1" })).toEqual({ field: "owner_id", in: ["u1"] });
    expect(filterOf(SPECS, { owner_id: "u1", stage: "s1" })).toEqual({
      all: [
        { field: "stage", in: ["s1"] },
        { field: "owner_id", in: ["u1"] },
      ],
    });
  });

  it("leaves out what a board asks by its columns", () => {
    expect(filterOf(SPECS, { stage: "s1", pipeline: "p1", city: "Leith" }, ["stage", "pipeline"])).toEqual({
      field: "city",
      in: ["Leith"],
    });
  });

  it("can be cleared as a whole, both ends of ranges included", () => {
    const search = { amount_from: "1", amount_to: "2", stage: "s1", q: "sea" };
    expect(askedCount(SPECS, search)).toBe(2);
    expect(askedCount(SPECS, { ...search, ...cleared(SPECS) })).toBe(0);
  });

  it("is read from an address that holds texts only", () => {
    expect(parseRecordSearch({ q: "sea", stage: "", amount_from: 5, kind: "renewal" })).toEqual({
      q: "sea",
      kind: "renewal",
    });
  });
});
