import { describe, expect, it } from "vitest";
import type { AccessRole, AccessRule, AccessRules, AccessTrial } from "../src/api/types";
import { newId } from "../src/features/access/access";
import { usualQuestion } from "../src/features/access/bench/bench";
import {
  beginDraft,
  carriedOver,
  changeOf,
  configurationOf,
  type Draft,
  differences,
  edited,
  withItem,
} from "../src/features/access/draft/draft";
import { sumsOf } from "../src/features/access/draft/trial";
import { fieldsLabelled, freeBit, withFieldLabel } from "../src/features/access/labels/labels";
import {
  emptyGrant,
  rulesNaming,
  withAction,
  withField,
  withGrant,
} from "../src/features/access/roles/roles";
import { columnsOf, placeOf } from "../src/features/access/rules/place";
import { anyTime, effectOf, emptyForm, tidied } from "../src/features/access/rules/rules";
import { type Names, ruleSentence } from "../src/features/access/rules/sentence";
import { teamChange } from "../src/features/access/teams/teams";
import { choosesLabel, levelsUpTo } from "../src/features/access/working/working";
import { loadWords } from "../src/i18n/languages";
import type { Translate } from "../src/i18n/useT";

const role = (id: string, more: Partial<AccessRole> = {}): AccessRole => ({
  id,
  name: `role ${id}`,
  description: "",
  grants: [
    { object: "customer", scope: "own", actions: ["list", "read"], fields: {}, other_fields: "masked" },
  ],
  ...more,
});
const rule = (id: string, more: Partial<AccessRule> = {}): AccessRule => ({
  id,
  name: `rule ${id}`,
  description: "",
  enabled: true,
  form: { ...emptyForm("customer"), actions: ["export"] },
  text: null,
  ...more,
});
const saved = (more: Partial<AccessRules> = {}): AccessRules => ({
  generation: 4,
  roles: [role("r1"), role("r2")],
  rules: [rule("a")],
  compartments: [{ bit: 0, name: "Defence" }],
  field_labels: [],
  texts: [{ id: "a", cedar: "forbid (…);" }],
  objects: [],
  ...more,
});
const rename = (id: string, name: string) => (before: Draft["mine"]) => ({
  ...before,
  roles: before.roles.map((one) => (one.id === id ? { ...one, name } : one)),
});
const begun = (change: (before: Draft["mine"]) => Draft["mine"]): Draft => {
  const draft = edited(beginDraft(saved()), change);
  if (draft === null) throw new Error("no change");
  return draft;
};

describe("a draft", () => {
  it("names what is added, changed and removed", () => {
    const { base, mine } = begun((before) => ({
      ...before,
      roles: [role("r1", { name: "Support" }), role("r3")],
      field_labels: [{ object: "customer", field: "phone", label: { level: "secret", compartments: [] } }],
    }));
    const changes = differences(base, mine);
    expect(changes).toEqual([
      { part: "role", kind: "changed", key: "r1", name: "Support" },
      { part: "role", kind: "added", key: "r3", name: "role r3" },
      { part: "role", kind: "removed", key: "r2", name: "role r2" },
      { part: "field_label", kind: "added", key: "customer.phone", name: "phone" },
    ]);
    expect(changeOf(changes, "role", "r3")).toBe("added");
    expect(changeOf(changes, "rule", "r3")).toBeUndefined();
  });

  it("is none once it says what is in force anyway", () => {
    const there = begun(rename("r1", "Support"));
    expect(edited(there, rename("r1", "role r1"))).toBeNull();
    // The order in which actions were ticked means nothing.
    const again = edited(beginDraft(saved()), (before) => ({
      ...before,
      roles: before.roles.map((one) => ({
        ...one,
        grants: one.grants.map((grant) => ({ ...grant, actions: ["read", "list"] })),
      })),
    }));
    expect(again).toBeNull();
  });

  it("keeps the version it began from and sends no reading matter of the server's", () => {
    const draft = begun(rename("r1", "Support"));
    expect(draft.generation).toBe(4);
    expect(JSON.stringify(draft.mine)).not.toContain("cedar");
    expect(configurationOf(saved()).rules).toEqual([rule("a")]);
  });
});

describe("a draft put onto a newer version", () => {
  const newer = (more: Partial<AccessRules>) => saved({ generation: 5, ...more });

  it("leaves what others changed as they have it", () => {
    const draft = begun(rename("r1", "Support"));
    const {
      draft: kept,
      theirs,
      both,
    } = carriedOver(draft, newer({ roles: [role("r1"), role("r2", { name: "Theirs" }), role("r9")] }));
    expect(kept?.generation).toBe(5);
    expect(kept?.mine.roles.map(({ name }) => name)).toEqual(["Support", "Theirs", "role r9"]);
    expect(theirs.map(({ key }) => key)).toEqual(["r2", "r9"]);
    expect(both).toEqual([]);
  });

  it("names what both changed, where the draft wins", () => {
    const draft = begun(rename("r1", "Mine"));
    const { draft: kept, both } = carriedOver(
      draft,
      newer({ roles: [role("r1", { name: "Theirs" }), role("r2")] }),
    );
    expect(kept?.mine.roles[0]?.name).toBe("Mine");
    expect(both.map(({ key }) => key)).toEqual(["r1"]);
  });

  it("brings nothing back that others removed and the draft does not touch", () => {
    const draft = begun(rename("r1", "Mine"));
    const { draft: kept } = carriedOver(draft, newer({ roles: [role("r1")], rules: [] }));
    expect(kept?.mine.roles.map(({ id }) => id)).toEqual(["r1"]);
    expect(kept?.mine.rules).toEqual([]);
  });

  it("removes what it removes from the newer version too", () => {
    const draft = begun((before) => ({ ...before, rules: [] }));
    const { draft: kept } = carriedOver(
      draft,
      newer({
        rules: [rule("a"), rule("b")],
      }),
    );
    expect(kept?.mine.rules.map(({ id }) => id)).toEqual(["b"]);
  });

  it("is none when others have saved the same", () => {
    const draft = begun(rename("r1", "Same"));
    const { draft: kept, both } = carriedOver(
      draft,
      newer({ roles: [role("r1", { name: "Same" }), role("r2")] }),
    );
    expect(kept).toBeNull();
    expect(both).toEqual([]);
  });
});

describe("a role", () => {
  it("drops a grant that grants nothing", () => {
    const none = withAction(emptyGrant("customer"), "read", true);
    expect(withGrant([], none)).toHaveLength(1);
    expect(withGrant([none], withAction(none, "read", false))).toEqual([]);
  });
  it("has fields of its own only where chosen", () => {
    const hidden = withField(emptyGrant("customer"), "amount", "hidden");
    expect(hidden.fields).toEqual({ amount: "hidden" });
    expect(withField(hidden, "amount", null).fields).toEqual({});
  });
  it("is found in the rules that name it", () => {
    const rules = [
      rule("a", { form: { ...emptyForm("customer"), roles: ["r1"] } }),
      rule("b", { form: null, text: 'principal.kind == "r1"' }),
      rule("c"),
    ];
    expect(rulesNaming(rules, "r1").map(({ id }) => id)).toEqual(["a", "b"]);
  });
});

describe("a rule in words", () => {
  async function words(language: "zh-CN" | "en"): Promise<Translate> {
    const { bundle } = await loadWords(language);
    const t = (id: string, args?: Record<string, unknown>) => {
      const pattern = bundle.getMessage(id)?.value;
      if (pattern == null) throw new Error(`no words for ${id}`);
      return bundle.formatPattern(pattern, args as never);
    };
    return Object.assign(t, { has: (id: string) => bundle.hasMessage(id) });
  }
  const named = (t: Translate): Names => ({
    action: (action) => t(`access-action-${action}`),
    field: (field) => t(`field-${field}`),
    object: (object) => t(`access-object-${object}`),
    role: (id) => t(`role-${id}`),
    department: () => "East",
  });
  const form = {
    ...emptyForm("customer"),
    actions: ["read", "field_read"],
    fields: ["phone"],
    roles: ["sales"],
    departments: ["d1"],
    when: {
      ...anyTime(),
      regions: ["浙江", "江苏"],
      hours: ["outside"],
      weekdays: [6, 7],
      hour_from: 22,
      hour_to: 6,
      label_from: "secret",
    },
  };

  it("is one sentence, in Chinese", async () => {
    const t = await words("zh-CN");
    expect(ruleSentence(form, t, named(t))).toBe(
      "禁止销售（部门：East）对客户进行以下操作：查看、查看字段（手机）。条件：客户地区为浙江或江苏；工作时间外；客户密级为机密及以上；周六或周日；22 时至 6 时。",
    );
  });
  it("is one sentence, in English", async () => {
    const t = await words("en");
    expect(ruleSentence(form, t, named(t))).toBe(
      "Forbidden for Sales (of East): Customers – View, View fields (Mobile phone). Only if: the customer’s region is 浙江 or 江苏; outside working hours; the customer’s label is Secret or above; on Sat or Sun; from 22:00 to 6:00.",
    );
  });
  it("says everybody and no condition where nothing is chosen", async () => {
    const t = await words("en");
    expect(ruleSentence({ ...emptyForm("customer"), effect: "permit", actions: ["list"] }, t, named(t))).toBe(
      "Allowed for everybody: Customers – List",
    );
  });
  it("loses fields unless it is about fields only", () => {
    const half = tidied({ ...form, actions: ["read"], when: { ...form.when, hour_to: null } });
    expect(half.fields).toEqual([]);
    expect(tidied(form).fields).toEqual([]);
    expect(tidied({ ...form, actions: ["field_read"] }).fields).toEqual(["phone"]);
    expect([half.when.hour_from, half.when.hour_to]).toEqual([22, null]);
  });
  it("shows the effect of a text by its first word", () => {
    const text = (told: string) => effectOf(rule("a", { form: null, text: told }));
    expect(text('// permit nothing\n@id("x") forbid (principal is User, action, resource);')).toBe("forbid");
    expect(text("permit (principal, action, resource);")).toBe("permit");
    expect(text("allow")).toBeNull();
  });
});

describe("the place of a mistake", () => {
  const text = "// 明文\nforbid (\n  contxt";
  it("is counted in bytes by the server and in characters here", () => {
    const bytes = new TextEncoder().encode(text).length;
    const place = placeOf(text, String(bytes - 6), String(bytes));
    expect(place).toEqual({ from: text.length - 6, to: text.length, line: 3, column: 3 });
    expect(placeOf(text, "3", "6")).toEqual({ from: 3, to: 4, line: 1, column: 4 });
    expect(placeOf("𠀀x", "4", "5")).toEqual({ from: 2, to: 3, line: 1, column: 2 });
  });
  it("is none where the server names none", () => {
    expect(placeOf(text, "", "")).toBeNull();
    expect(placeOf(text, undefined, undefined)).toBeNull();
  });
  it("stays within the text", () => {
    expect(placeOf("ab", "99", "120")).toEqual({ from: 2, to: 2, line: 1, column: 3 });
  });
  it("lies in an area as wide as its longest line", () => expect(columnsOf("ab\n明文a")).toBe(5));
});

describe("labels", () => {
  it("take the lowest number that is free", () => {
    expect(
      freeBit([
        { bit: 0, name: "a" },
        { bit: 2, name: "b" },
      ]),
    ).toBe(1);
    expect(freeBit(Array.from({ length: 64 }, (_, bit) => ({ bit, name: String(bit) })))).toBeNull();
  });
  it("are put on a field and taken off", () => {
    const labelled = withFieldLabel(configurationOf(saved()), "customer", "phone", {
      level: "secret",
      compartments: [0],
    });
    expect(fieldsLabelled(labelled, 0)).toEqual(["phone"]);
    expect(withFieldLabel(labelled, "customer", "phone", null).field_labels).toEqual([]);
  });
  it("are chosen by those cleared for more than everybody", () => {
    const label = (level: string, compartments: number[] = []) => ({
      clearance: { level, compartments },
      working: { level: "internal", compartments: [] },
      compartments: [],
    });
    expect(choosesLabel(label("internal"))).toBe(false);
    expect(choosesLabel(label("public"))).toBe(false);
    expect(choosesLabel(label("secret"))).toBe(true);
    expect(choosesLabel(label("internal", [1]))).toBe(true);
    expect(levelsUpTo("confidential")).toEqual(["public", "internal", "confidential"]);
  });
});

describe("the rest", () => {
  it("adds up a trial by person and by action", () => {
    const row = (user_id: string, action: string, records: number) => ({
      user_id,
      user_name: user_id,
      action,
      records,
      last_at: "",
    });
    const trial = {
      lost: [row("u1", "read", 3), row("u1", "export", 2), row("u2", "read", 1)],
      gained: [row("u2", "read", 9)],
    } as AccessTrial;
    expect(sumsOf(trial, "person")).toEqual([
      { key: "u2", name: "u2", lost: 1, gained: 9 },
      { key: "u1", name: "u1", lost: 5, gained: 0 },
    ]);
    expect(sumsOf(trial, "action").map(({ key, lost }) => [key, lost])).toEqual([
      ["read", 4],
      ["export", 2],
    ]);
  });
  it("sends all teams with the one that changes", () => {
    const teams = [{ id: "t1", name: "A", members: [{ id: "u1", name: "U" }] }];
    expect(teamChange(teams, { id: "t2", team: { name: "B", members: [] } })).toHaveLength(2);
    expect(teamChange(teams, { id: "t1", team: { name: "A", members: ["u2"] } })).toEqual([
      { id: "t1", name: "A", members: ["u2"] },
    ]);
    expect(teamChange(teams, { id: "t1", team: null })).toEqual([]);
  });
  it("makes ids that sort by time and carry version and variant", () => {
    const [early, late] = [newId(1_700_000_000_000), newId(1_700_000_000_001)];
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(early.slice(0, 13) < late.slice(0, 13)).toBe(true);
    expect(newId()).not.toBe(newId());
  });
  it("counts Sunday as the seventh day", () => {
    expect(usualQuestion("customer", new Date(2026, 10, 22, 9)).circumstances).toMatchObject({
      weekday: 7,
      hour: 9,
    });
  });
  it("replaces a thing in a list or adds it", () => {
    expect(withItem([1, 2], 3, (one) => one === 1)).toEqual([3, 2]);
    expect(withItem([1, 2], 3, () => false)).toEqual([1, 2, 3]);
  });
});
