import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, openPage, problem, session } from "./page";

const ROLE = {
  id: "019b8a00-0000-7000-8000-0000000000a1",
  name: "Support",
  description: "",
  grants: [
    { object: "customer", scope: "all", actions: ["list", "read"], fields: {}, other_fields: "masked" },
  ],
};
const RULE = {
  id: "019b8a00-0000-7000-8000-0000000000b1",
  name: "No exports",
  description: "",
  enabled: true,
  form: {
    effect: "forbid",
    object: "customer",
    actions: ["export"],
    fields: [],
    roles: [],
    departments: [],
    when: {
      relations: [],
      shares: [],
      hours: [],
      networks: [],
      devices: [],
      assurances: [],
      risks: [],
      purposes: [],
      weekdays: [],
      hour_from: null,
      hour_to: null,
      regions: [],
      values: [],
      statuses: [],
      label_from: null,
    },
  },
  text: null,
};
const MAY = ["access_rules.read", "access_rules.update", "access_rules.explain", "access_people.list"];

function state(generation: number, more: object = {}) {
  return {
    generation,
    roles: [ROLE],
    rules: [RULE],
    compartments: [],
    field_labels: [],
    texts: [{ id: RULE.id, cedar: "forbid (…);" }],
    objects: [{ name: "customer", actions: ["list", "read", "export"], field_actions: [], fields: [] }],
    ...more,
  };
}

const answers = (more: Answers = {}): Answers => ({
  "GET /session": { body: session(...MAY) },
  "GET /access/rules": { body: state(4) },
  "GET /access/people": { body: { items: [], next_cursor: null, total: 0, generation: 1 } },
  "GET /departments": { body: { items: [] } },
  ...more,
});

const enable = () => screen.findByRole("switch", { name: "Enable “No exports”" });
const bar = () => screen.findByRole("region", { name: "Changes not submitted" });

describe("the draft", () => {
  it("goes when a change is taken back, and nothing is sent", async () => {
    const { calls, user } = await openPage("/admin/access/rules", answers());
    await user.click(await enable());
    expect((await bar()).textContent).toContain("1 change not submitted yet");
    await user.click(await enable());
    await waitFor(() => expect(screen.queryByRole("region", { name: "Changes not submitted" })).toBeNull());
    expect(calls.some(({ method }) => method === "PUT")).toBe(false);
  });

  it("goes from tab to tab and is sent as a whole, for the version it began from", async () => {
    const { calls, user } = await openPage(
      "/admin/access/rules",
      answers({ "PUT /access/rules": { status: 204 } }),
    );
    await user.click(await enable());
    await user.click(await screen.findByRole("link", { name: "Roles" }));
    await user.click(within(await bar()).getByRole("button", { name: "Submit" }));
    const dialog = await screen.findByRole("dialog", { name: "Submit the changes" });
    expect(dialog.textContent).toContain("No exports");
    await user.click(within(dialog).getByRole("button", { name: "Submit" }));
    await waitFor(() => expect(calls.some(({ method }) => method === "PUT")).toBe(true));
    const sent = calls.find(({ method }) => method === "PUT");
    expect(sent?.headers.get("If-Match")).toBe('"4"');
    expect(sent?.body).toEqual({
      roles: [ROLE],
      rules: [{ ...RULE, enabled: false }],
      compartments: [],
      field_labels: [],
    });
    await waitFor(() => expect(screen.queryByRole("region", { name: "Changes not submitted" })).toBeNull());
  });

  it("goes on top of a newer version only when told to", async () => {
    let generation = 4;
    const { calls, user } = await openPage(
      "/admin/access/rules",
      answers({
        "GET /access/rules": () => ({
          body: generation === 4 ? state(4) : state(5, { roles: [{ ...ROLE, name: "Renamed by another" }] }),
        }),
        "PUT /access/rules": ({ headers }) => {
          if (headers.get("If-Match") === '"5"') return { status: 204 };
          generation = 5;
          return problem(412, "record.stale");
        },
      }),
    );
    await user.click(await enable());
    await user.click(within(await bar()).getByRole("button", { name: "Submit" }));
    const review = await screen.findByRole("dialog", { name: "Submit the changes" });
    await user.click(within(review).getByRole("button", { name: "Submit" }));
    const stale = await screen.findByRole("dialog", { name: "Somebody else has saved a newer version" });
    expect(stale.textContent).toContain("Renamed by another");
    await user.click(within(stale).getByRole("button", { name: "Put onto the newer version" }));
    const again = await screen.findByRole("dialog", { name: "Submit the changes" });
    await user.click(within(again).getByRole("button", { name: "Submit" }));
    await waitFor(() => expect(calls.filter(({ method }) => method === "PUT")).toHaveLength(2));
    const [, second] = calls.filter(({ method }) => method === "PUT");
    expect(second?.headers.get("If-Match")).toBe('"5"');
    expect(second?.body).toMatchObject({
      roles: [{ name: "Renamed by another" }],
      rules: [{ enabled: false }],
    });
  });

  it("names the role or rule the server finds fault with", async () => {
    const { user } = await openPage(
      "/admin/access/rules",
      answers({
        "PUT /access/rules": problem(422, "request.invalid", {
          fields: [{ field: "rules[0].form", code: "rule.not_grantable", params: { detail: "key.rotate" } }],
        }),
      }),
    );
    await user.click(await enable());
    await user.click(within(await bar()).getByRole("button", { name: "Submit" }));
    const dialog = await screen.findByRole("dialog", { name: "Submit the changes" });
    await user.click(within(dialog).getByRole("button", { name: "Submit" }));
    await waitFor(() => expect(dialog.textContent).toContain("Rule “No exports”:"));
    expect(dialog.textContent).toContain("key.rotate");
  });
});

describe("whoever only reads", () => {
  it("finds nothing to change", async () => {
    await openPage(
      "/admin/access/rules",
      answers({ "GET /session": { body: session("access_rules.read") } }),
    );
    expect((await enable()).hasAttribute("disabled")).toBe(true);
    expect(screen.queryByRole("button", { name: "New rule" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Test bench" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Delete “No exports”" })).toBeNull();
  });
});

describe("a policy text", () => {
  it("shows where the server finds a mistake", async () => {
    const text = "// 注释\nforbid (principal is User, acton in [], resource);";
    const start = new TextEncoder().encode(text.slice(0, text.indexOf("acton"))).length;
    const { user } = await openPage(
      "/admin/access/rules",
      answers({
        "GET /access/rules": { body: state(4, { rules: [{ ...RULE, form: null, text }] }) },
        "POST /access/rules/check": {
          body: {
            problems: [
              {
                field: "rules[0].text",
                code: "rule.syntax",
                params: { detail: "unexpected token", start: String(start), end: String(start + 5) },
              },
            ],
            texts: [],
          },
        },
      }),
    );
    await user.click(await screen.findByRole("button", { name: "Edit “No exports”" }));
    const place = await screen.findByRole("button", { name: "Line 2, column 28" });
    await user.click(place);
    const area = document.querySelector("textarea#text") as HTMLTextAreaElement;
    expect(text.slice(area.selectionStart, area.selectionEnd)).toBe("acton");
    expect(document.querySelector(".code mark")?.textContent).toBe("acton");
  });
});

describe("the working label", () => {
  const label = {
    clearance: { level: "secret", compartments: [] },
    working: { level: "internal", compartments: [] },
    compartments: [],
  };

  it("is in view of those who could work at another, and all is read again once switched", async () => {
    let working = label.working;
    const { calls, user } = await openPage(
      "/admin/access/rules",
      answers({
        "GET /session": () => ({ body: { ...session(...MAY), label: { ...label, working } } }),
        "PUT /session/working-label": ({ body }) => {
          working = body as typeof working;
          return { status: 204 };
        },
      }),
    );
    const pill = await screen.findByRole("button", { name: "Switch the working label" });
    expect(pill.textContent).toContain("Internal");
    const before = calls.filter(({ path }) => path === "/access/rules").length;
    await user.click(pill);
    const dialog = await screen.findByRole("dialog", { name: "Working label" });
    expect(within(dialog).queryByRole("radio", { name: "Top secret" })).toBeNull();
    await user.click(within(dialog).getByRole("radio", { name: "Secret" }));
    await user.click(within(dialog).getByRole("button", { name: "Switch" }));
    await waitFor(() => expect(pill.textContent).toContain("Secret"));
    expect(calls.find(({ method }) => method === "PUT")?.body).toEqual({ level: "secret", compartments: [] });
    expect(calls.filter(({ path }) => path === "/access/rules").length).toBeGreaterThan(before);
  });

  it("is not shown to those who have only one", async () => {
    await openPage("/admin/access/rules", answers());
    await enable();
    expect(screen.queryByRole("button", { name: "Switch the working label" })).toBeNull();
  });
});
