import { describe, expect, it } from "vitest";
import { ApiError } from "../src/api/problem";
import { cardBeside, heldOver } from "../src/features/records/board/lifting";
import { columnOf, placed, renewed } from "../src/features/records/board/moving";
import { namedFields } from "../src/features/records/move/useMove";
import { mayMove, missingFor, type State, stuckDays } from "../src/features/records/states";
import type { Board, Entity } from "../src/features/records/types";
import { entity, field, object } from "./objects";

const DEAL = object("deal", "deals", {
  amount: "amount",
  state: {
    field: "status",
    states: [
      { code: "new", kind: "open", needs: [], next: ["won", "lost"] },
      { code: "won", kind: "won", needs: [], next: [] },
      { code: "lost", kind: "lost", needs: [], next: ["new"] },
    ],
  },
  fields: [
    field("name"),
    field("status", { type: "choice" }),
    field("amount", { type: "amount" }),
    field("reason"),
    field("margin", { access: "read" }),
  ],
});
const cny = (minor: number) => ({ minor, currency: "CNY" });
const card = (id: string, minor?: number): Entity =>
  entity("deal", id, { name: id, ...(minor === undefined ? {} : { amount: cny(minor) }) }, "update");
const BOARD: Board = {
  columns: [
    { code: "new", count: 30, totals: [cny(900)], items: [card("a", 100), card("b", 200)], more: true },
    { code: "won", count: 0, totals: [], items: [], more: false },
    { code: "lost", count: 1, totals: [{ minor: 5, currency: "EUR" }], items: [card("c")], more: false },
  ],
};
const STATE: State = { code: "s", name: "S", kind: "open", needs: [], stagnantDays: 14, winRate: null };

describe("a card that is moved at once", () => {
  it("leaves one column and tops the other, counted and summed in both", () => {
    const [from, to] = placed(BOARD, DEAL, card("a", 100), "won").columns;
    expect(from).toMatchObject({ count: 29, totals: [cny(800)], more: true });
    expect(from?.items.map(({ id }) => id)).toEqual(["b"]);
    expect(to).toMatchObject({ count: 1, totals: [cny(100)] });
  });

  it("adds to the sum of its own currency only", () => {
    const to = columnOf(placed(BOARD, DEAL, card("a", 100), "lost"), "a");
    expect(to?.totals).toEqual([{ minor: 5, currency: "EUR" }, cny(100)]);
    expect(columnOf(placed(BOARD, DEAL, card("c"), "won"), "c")?.totals).toEqual([]);
  });

  it("leaves the board as it was, to go back to", () => {
    const before = structuredClone(BOARD);
    placed(BOARD, DEAL, card("a", 100), "won");
    expect(BOARD).toEqual(before);
  });

  it("takes the newer version in its place, with its newer amount", () => {
    const moved = placed(BOARD, DEAL, card("a", 100), "won");
    const column = columnOf(renewed(moved, DEAL, { ...card("a", 150), version: 2 }), "a");
    expect(column).toMatchObject({ code: "won", count: 1, totals: [cny(150)] });
    expect(column?.items[0]?.version).toBe(2);
  });

  it("goes off a board that has no such column", () => {
    const board = placed(BOARD, DEAL, card("a", 100), "elsewhere");
    expect(columnOf(board, "a")).toBeUndefined();
    expect(board.columns[0]?.count).toBe(29);
  });
});

describe("a card that is carried by keyboard", () => {
  const columns = ["new", "won", "lost"];
  const only =
    (...codes: string[]) =>
    (code: string) =>
      codes.includes(code);

  it("passes by what it may not come to, stops at the ends, and can come home", () => {
    const lifted = { id: "a", from: "new", over: "new" };
    expect(heldOver(columns, lifted, 1, only("lost"))).toBe("lost");
    expect(heldOver(columns, lifted, -1, only("lost"))).toBe("new");
    expect(heldOver(columns, { ...lifted, over: "lost" }, 1, only("lost"))).toBe("lost");
    expect(heldOver(columns, { ...lifted, over: "lost" }, -1, only("lost"))).toBe("new");
    expect(heldOver(columns, lifted, 1, only())).toBe("new");
  });

  it("has neighbours above, below and beside, empty columns passed by", () => {
    expect(cardBeside(BOARD.columns, "a", "down")).toBe("b");
    expect(cardBeside(BOARD.columns, "a", "up")).toBeUndefined();
    expect(cardBeside(BOARD.columns, "b", "right")).toBe("c");
    expect(cardBeside(BOARD.columns, "c", "left")).toBe("a");
    expect(cardBeside(BOARD.columns, "c", "right")).toBeUndefined();
  });
});

describe("the ways between states", () => {
  it("are those the server names, or all when it names none", () => {
    expect(mayMove(DEAL, "new", "won")).toBe(true);
    expect(mayMove(DEAL, "won", "new")).toBe(false);
    expect(mayMove(DEAL, "new", "new")).toBe(false);
    const free = object("deal", "deals", { state: { field: "status", states: [] } });
    expect(mayMove(free, "won", "new")).toBe(true);
  });

  it("ask for what is missing", () => {
    expect(missingFor({ ...STATE, needs: ["amount", "reason"] }, card("a", 100))).toEqual(["reason"]);
  });

  it("ask for what a refusal names and one can fill in, each once", () => {
    const names = ["fields.reason", "reason", "fields.status", "fields.margin", "fields.moon"];
    const fields = names.map((name) => ({ field: name, code: "field.required", params: {} }));
    expect(namedFields(DEAL, new ApiError(422, { code: "request.invalid", fields }))).toEqual(["reason"]);
  });
});

describe("a record that is stuck", () => {
  const now = Date.parse("2026-11-23T08:00:00Z");

  it("has not changed for as long as its stage allows", () => {
    expect(stuckDays(STATE, "2026-11-09T08:00:00Z", now)).toBe(14);
    expect(stuckDays(STATE, "2026-11-09T08:00:01Z", now)).toBeNull();
  });

  it("is none that came to an end, or whose stage has no limit", () => {
    expect(stuckDays({ ...STATE, kind: "won" }, "2026-01-01T00:00:00Z", now)).toBeNull();
    expect(stuckDays({ ...STATE, stagnantDays: null }, "2026-01-01T00:00:00Z", now)).toBeNull();
    expect(stuckDays(undefined, "2026-01-01T00:00:00Z", now)).toBeNull();
  });
});
