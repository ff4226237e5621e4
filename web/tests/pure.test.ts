import { describe, expect, it } from "vitest";
import { ApiError } from "../src/api/problem";
import type { Session } from "../src/api/types";
import { homeOf, reachable } from "../src/app/navigation";
import { deadlineOf, extended, phaseAt, WARNING_MS, worthReporting } from "../src/app/session/idle";
import { safeReturnPath } from "../src/app/session/returnPath";
import { conflicts, treeOf } from "../src/features/admin/admin";
import { wireFilters } from "../src/features/audit/auditSearch";
import { filterCount, nextSort, parseListSearch } from "../src/features/customers/list/listSearch";
import { byTag, typeOf } from "../src/features/docs/openapi";
import { mappingOf, retarget } from "../src/features/imports/imports";
import { asPreferences, DEFAULT_PREFERENCES } from "../src/features/lists/listPreferences";
import { moved } from "../src/features/lists/ViewSettings";
import { stepOfField } from "../src/features/setup/setup";
import { makeFormat } from "../src/i18n/useFormat";
import { initialsOf } from "../src/ui/Avatar";
import { matchesOf } from "../src/ui/Highlight";
import { fileNameOf } from "../src/ui/saveFile";
import { pathOf } from "../src/ui/useFormProblem";

describe("the path to return to", () => {
  it.each([
    ["/customers?q=a", "/customers?q=a"],
    ["//evil.example", "/"],
    ["https://evil.example", "/"],
    ["/\\evil.example", "/"],
    ["/sign-in?return=/sign-in", "/"],
    [undefined, "/"],
  ])("%s leads to %s", (path, expected) => expect(safeReturnPath(path)).toBe(expected));
});

describe("the end of a session", () => {
  const start = Date.parse("2026-11-22T08:00:00Z");
  const minutes = (count: number) => start + count * 60_000;
  const at = (idle: number, absolute: number) =>
    deadlineOf(
      {
        idle_expires_at: new Date(minutes(idle)).toISOString(),
        absolute_expires_at: new Date(minutes(absolute)).toISOString(),
      } as Session,
      start,
    );

  it("is announced two minutes before", () => {
    expect(phaseAt(at(15, 480), minutes(15) - WARNING_MS - 1).phase).toBe("active");
    expect(phaseAt(at(15, 480), minutes(15) - WARNING_MS).phase).toBe("warning");
    expect(phaseAt(at(15, 480), minutes(15)).phase).toBe("over");
  });
  it("moves with every answer of the server, never past the absolute end", () => {
    const later = extended(at(15, 20), minutes(10));
    expect(phaseAt(later, minutes(19)).phase).toBe("warning");
    expect(phaseAt(later, minutes(20)).phase).toBe("over");
    expect(phaseAt(later, minutes(19)).absolute).toBe(true);
  });
  it("is put off for a person at work only after a while of silence", () => {
    expect(worthReporting(at(15, 480), minutes(4))).toBe(false);
    expect(worthReporting(at(15, 480), minutes(6))).toBe(true);
  });
});

describe("navigation", () => {
  it("shows what the server permits, and begins there", () => {
    expect(reachable(["audit_entry.list"]).map(({ to }) => to)).toEqual(["/audit", "/docs"]);
    expect(homeOf(["audit_entry.list"])).toBe("/audit");
    expect(homeOf([])).toBeNull();
  });
});

describe("the address of the list", () => {
  it("keeps text text and drops what it does not know", () => {
    expect(parseListSearch({ q: "013800138000", status: "lead,won", bogus: "1", sort: "" })).toEqual({
      q: "013800138000",
      status: "lead,won",
    });
  });
  it("sorts up, down, and not", () => {
    expect(nextSort(undefined, "name")).toBe("name");
    expect(nextSort("name", "name")).toBe("-name");
    expect(nextSort("-name", "name")).toBeUndefined();
    expect(nextSort("level", "name")).toBe("name");
  });
  it("counts a range of days as one filter", () => {
    expect(filterCount({ q: "a", status: "won", updated_from: "2026-01-01", updated_to: "2026-02-01" })).toBe(
      2,
    );
  });
});

describe("list preferences", () => {
  it("survive anything another version stored", () => {
    expect(asPreferences(null)).toEqual(DEFAULT_PREFERENCES);
    expect(asPreferences({ columns: [1, "city"], page_size: 7, density: "huge" })).toEqual({
      ...DEFAULT_PREFERENCES,
      sort: undefined,
      columns: ["city"],
    });
  });
  it("move a column by one place", () => {
    expect(moved(["a", "b", "c"], 2, -1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  });
});

describe("a mapping", () => {
  const plan = {
    targets: { 0: "name", 1: "phone" },
    duplicates: "skip",
    uscc_check: "reject",
    owner_id: null,
  } as const;
  it("fills a field from one column only", () => {
    expect(mappingOf(retarget(plan, 2, "phone"))).toEqual([
      { column: 0, field: "name" },
      { column: 2, field: "phone" },
    ]);
  });
  it("leaves a column out", () =>
    expect(mappingOf(retarget(plan, 1, null))).toEqual([{ column: 0, field: "name" }]));
});

describe("accounts", () => {
  it("hints that administrators are nothing else besides", () => {
    expect(conflicts("sales", ["audit_admin"])).toBe(true);
    expect(conflicts("audit_admin", ["sales"])).toBe(true);
    expect(conflicts("sales_lead", ["sales"])).toBe(false);
    expect(conflicts("audit_admin", ["audit_admin"])).toBe(false);
  });
  it("lose no department whose parent is missing", () => {
    const tree = treeOf([
      { id: "b", name: "B", parent_id: "a", version: 1 },
      { id: "a", name: "A", parent_id: null, version: 1 },
      { id: "c", name: "C", parent_id: "gone", version: 1 },
    ]);
    expect(tree.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(tree[0]?.children.map(({ id }) => id)).toEqual(["b"]);
  });
});

describe("answers of the server", () => {
  const refusal = (field: string) =>
    new ApiError(422, { code: "request.invalid", fields: [{ field, code: "x", params: {} }] });
  it("find their field and their step", () => {
    expect(pathOf("users[1].login")).toEqual(["users", 1, "login"]);
    expect(pathOf("users.1.login")).toEqual(["users", 1, "login"]);
    expect(stepOfField(refusal("setup_code"))).toBe(0);
    expect(stepOfField(refusal("users[0].password"))).toBe(1);
    expect(stepOfField(new ApiError(403, { code: "setup.code.wrong" }))).toBe(0);
  });
  it("name their files in any script", () => {
    const header = "attachment; filename=\"x.csv\"; filename*=UTF-8''%E5%AE%A2%E6%88%B7.csv";
    expect(fileNameOf(new Response(null, { headers: { "Content-Disposition": header } }), "f")).toBe(
      "客户.csv",
    );
    expect(fileNameOf(new Response(null), "f")).toBe("f");
  });
});

describe("audit filters", () => {
  it("count the last day in whole", () => {
    const { from, to } = wireFilters({ from: "2026-11-22", to: "2026-11-22" });
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(86_400_000);
  });
  it("refuse an outcome nobody knows", () =>
    expect(wireFilters({ outcome: "maybe" }).outcome).toBeUndefined());
});

describe("what the eye sees", () => {
  it("marks every match without regard to case", () => {
    expect(matchesOf("Optics optics", "OPTICS")).toEqual([
      [0, 6],
      [7, 13],
    ]);
    expect(matchesOf("abc", " ")).toEqual([]);
  });
  it("abbreviates names", () => {
    expect(initialsOf("欧阳晓峰")).toBe("晓峰");
    expect(initialsOf("Ingrid Halvorsen")).toBe("IH");
  });
  it("writes money from minor units and a bare date as that day", () => {
    const format = makeFormat("zh-CN");
    expect(format.money({ minor: 128_000_050, currency: "CNY" })).toContain("1,280,000.50");
    expect(format.money({ minor: 500, currency: "JPY" })).toContain("500");
    expect(format.date("2026-11-22")).toBe("2026/11/22");
    expect(makeFormat("en").date("2026-11-22")).toBe("2026-11-22");
  });
});

describe("the API document", () => {
  it("is grouped by tag and read as types", () => {
    const tags = byTag({
      info: { title: "x", version: "1" },
      paths: { "/a": { get: { tags: ["one"] }, parameters: [], post: {} } },
    });
    expect([...tags].map(([tag, entries]) => [tag, entries.length])).toEqual([
      ["one", 1],
      ["", 1],
    ]);
    expect(typeOf({ type: "array", items: { $ref: "#/components/schemas/User" } })).toBe("User[]");
    expect(typeOf({ type: ["string", "null"], format: "uuid" })).toBe("string (uuid) | null");
  });
});
