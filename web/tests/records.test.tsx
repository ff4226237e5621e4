import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { entity, field, object } from "./objects";
import { type Answers, openPage, problem, session } from "./page";

const choices = ["new", "won", "lost"];
const DEAL = object("deal", "deals", {
  state: {
    field: "status",
    states: choices.map((code) => ({ code, kind: "open", needs: [], next: choices })),
  },
  fields: [
    field("name", { required: true }),
    field("status", { type: "choice", choices }),
    field("city"),
    field("lost_reason", { in_list: false }),
  ],
});
const HARBOUR = entity("deal", "d1", { name: "Harbour", status: "new", city: "Leith" }, "update");
const QUAY = entity("deal", "d2", { name: "Quay", status: "new" }, "update");
const column = (code: string, ...items: object[]) => ({
  code,
  count: items.length,
  totals: [],
  items,
  more: false,
});
const READER: Answers = {
  "GET /session": { body: session("deal.list", "deal.create") },
  "GET /objects": { body: { items: [DEAL] } },
  "GET /users/directory": { body: { items: [] } },
  "GET /me/preferences/records.deal": problem(404, "not_found"),
  "GET /deals": { body: { items: [HARBOUR, QUAY], next_cursor: null, total: 2 } },
  "GET /deals/d1": { body: HARBOUR },
  "GET /deals/d2": { body: QUAY },
  "GET /deals/board": { body: { columns: [column("new", HARBOUR, QUAY), column("won"), column("lost")] } },
  "GET /deals/d1/timeline": {
    body: {
      items: [{ id: "t1", at: HARBOUR.updated_at, kind: "updated", author: { id: "u2", name: "林晓" } }],
    },
  },
};

describe("an object the page has never heard of", () => {
  it("has its list, and is where somebody begins who has nothing else", async () => {
    const { path, calls } = await openPage("/", READER);
    await screen.findByRole("link", { name: "Harbour" });
    expect(path()).toBe("/deals");
    expect(screen.getAllByRole("columnheader").map(({ textContent }) => textContent)).toEqual([
      "Name",
      "Status",
      "City",
      "Owner",
      "Updated",
    ]);
    expect(calls.find((call) => call.path.startsWith("/deals?"))?.path).toContain("sort=-updated_at");
  });

  it("is not there for those who may not list it", async () => {
    await openPage("/deals", { ...READER, "GET /session": { body: session("customer.list") } });
    await screen.findByRole("heading", { name: "Page not found" });
  });

  it("asks the server for what the address says", async () => {
    const { calls } = await openPage("/deals?q=sea&owner_id=u1,u2&updated_at_from=2026-11-01", READER);
    await screen.findByRole("link", { name: "Harbour" });
    const asked = calls.find((call) => call.path.startsWith("/deals?"));
    const query = new URLSearchParams(asked?.path.split("?")[1]);
    expect(query.get("q")).toBe("sea");
    expect(query.get("sort")).toBeNull();
    expect(JSON.parse(query.get("filter") ?? "")).toEqual({
      all: [
        { field: "owner_id", in: ["u1", "u2"] },
        { field: "updated_at", from: "2026-11-01" },
      ],
    });
  });
});

describe("the panel beside the list", () => {
  it("opens by keyboard, goes on to the next record and closes, and the address follows", async () => {
    const { user, path } = await openPage("/deals?q=a", READER);
    await screen.findByRole("link", { name: /H/ });
    await user.keyboard("j{Enter}");
    await screen.findByRole("heading", { name: "Harbour", level: 2 });
    expect(path()).toBe("/deals/d1?q=a");
    await user.keyboard("{ArrowDown}");
    await screen.findByRole("heading", { name: "Quay", level: 2 });
    expect(path()).toBe("/deals/d2?q=a");
    await user.keyboard("{Escape}");
    await waitFor(() => expect(path()).toBe("/deals?q=a"));
  });
});

describe("a card on the board", () => {
  const carry = async (answers: Answers) => {
    const opened = await openPage("/deals?view=board", { ...READER, ...answers });
    (await screen.findByRole("listitem", { name: "Harbour" })).focus();
    await opened.user.keyboard(" {ArrowRight}{ArrowRight}{Enter}");
    return opened;
  };
  const lost = () => screen.getByRole("region", { name: "Lost" });

  it("is asked what its new state needs, and stands where it was until it has it", async () => {
    let asked = 0;
    const { calls, user } = await carry({
      "PATCH /deals/d1": () => {
        asked += 1;
        if (asked > 1) return { body: { ...HARBOUR, version: 2 } };
        return problem(422, "request.invalid", {
          fields: [{ field: "fields.lost_reason", code: "field.required", params: {} }],
        });
      },
    });
    await user.type(await screen.findByLabelText("Why lost"), "Too dear");
    expect(within(lost()).queryByRole("listitem", { name: "Harbour" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Move" }));
    await waitFor(() => expect(asked).toBe(2));
    const sent = calls.filter(({ method }) => method === "PATCH").map(({ body }) => body);
    expect(sent).toEqual([
      { fields: { status: "lost" } },
      { fields: { status: "lost", lost_reason: "Too dear" } },
    ]);
  });

  it("goes back when somebody was faster, who is named", async () => {
    const { calls } = await carry({ "PATCH /deals/d1": problem(412, "version.changed") });
    await screen.findByText(/^林晓 has just changed Harbour/);
    expect(within(lost()).queryByRole("listitem", { name: "Harbour" })).toBeNull();
    expect(calls.find(({ method }) => method === "PATCH")?.headers.get("If-Match")).toBe('"1"');
  });
});
