import { describe, expect, it } from "vitest";
import type { FieldInfo, FieldValue } from "../src/api/types";
import { changedFields, filledFields, initialValues, rebase } from "../src/features/fields/formValues";

function field(name: string, more: Partial<FieldInfo> = {}): FieldInfo {
  return {
    name,
    type: "text",
    choices: null,
    required: false,
    max_length: 200,
    masked: false,
    in_list: true,
    sortable: false,
    filterable: false,
    importable: true,
    access: "write",
    category: "none",
    computed: false,
    fixed: false,
    ...more,
  };
}

const FIELDS = [
  field("name"),
  field("city"),
  field("phone", { type: "phone", masked: true }),
  field("amount", { type: "amount" }),
];
const RECORD: Record<string, FieldValue> = {
  name: "海关道",
  phone: { masked: "138****5678" },
  amount: { minor: 123_450, currency: "CNY" },
};

/** Checks what an edit sends, given what the form then holds besides the record's own values. */
function check(edit: Record<string, string | null | undefined>, sent: Record<string, unknown>) {
  const from = initialValues(FIELDS, RECORD);
  expect(changedFields(FIELDS, from, { ...from, ...edit })).toEqual(sent);
}

describe("an edit", () => {
  it("sends nothing that was not touched, least of all a mask", () => check({}, {}));
  it("sends only what changed", () => check({ name: "海关道律所" }, { name: "海关道律所" }));
  it("takes a value away with null", () => check({ name: "" }, { name: null }));
  it("replaces a masked value without having seen it", () =>
    check({ phone: "13900001111" }, { phone: "13900001111" }));
  it("removes a masked value only when told so", () => {
    check({ phone: null }, { phone: null });
    check({ phone: "" }, {});
  });
  it("sends money in minor units", () =>
    check({ amount: "10.1" }, { amount: { minor: 1010, currency: "CNY" } }));
});

describe("a new record", () => {
  it("holds the fields that were filled in", () => {
    expect(filledFields(FIELDS, { name: " 海关道 ", city: " ", phone: undefined, amount: null })).toEqual({
      name: "海关道",
    });
  });
});

describe("a draft on a newer version", () => {
  it("keeps what I changed, takes the rest, and names what both changed", () => {
    const current = { ...RECORD, name: "新名称", city: "上海" };
    const draft = { ...initialValues(FIELDS, RECORD), name: "我的名称", amount: "1.00" };
    const { values, both } = rebase(FIELDS, RECORD, current, draft);
    expect(values).toMatchObject({ name: "我的名称", city: "上海", amount: "1.00" });
    expect(both).toEqual(["name"]);
  });
});
