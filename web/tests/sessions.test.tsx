import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, openPage, problem, session } from "./page";

const PHONE = "019b8a00-0000-7000-8000-000000000002";

function device(more: object) {
  return {
    id: "019b8a00-0000-7000-8000-000000000001",
    current: false,
    browser: "firefox",
    system: "linux",
    made_at: "2026-11-22T01:00:00.000Z",
    made_from: "192.0.2.21",
    last_used_at: "2026-11-22T01:02:03.004Z",
    last_used_from: "192.0.2.23",
    actions: ["session.delete"],
    ...more,
  };
}

const HERE = device({ current: true });
const THERE = device({ id: PHONE, browser: "wechat", system: "ios", made_from: null });

/** A server that has these sessions under a path, until all but `kept` are ended. */
function server(path: string, items: object[], kept: object[]): Answers {
  let ended = false;
  const end = () => {
    ended = true;
    return { status: 204 };
  };
  return {
    "GET /me/factors": { body: { items: [], recovery_codes: 10 } },
    [`GET ${path}`]: () => ({ body: { items: ended ? kept : items } }),
    [`DELETE ${path}`]: end,
    [`DELETE ${path}/${PHONE}`]: end,
  };
}

describe("one's own sessions", () => {
  const answers = () => ({
    "GET /session": { body: session() },
    ...server("/me/sessions", [HERE, THERE], [HERE]),
  });

  it("say which device, since when and from where", async () => {
    await openPage("/account", answers());
    const list = await screen.findByRole("list", { name: "Sessions and devices" });
    const [here, there] = within(list).getAllByRole("listitem");
    expect(here?.textContent).toContain("Firefox on Linux");
    expect(here?.textContent).toContain("This device");
    expect(here?.textContent).toContain("192.0.2.23");
    expect(within(here as HTMLElement).queryByRole("button")).toBeNull();
    expect(there?.textContent).toContain("WeChat on iOS");
    expect(there?.textContent).toContain("an unknown address");
    expect(there?.textContent).not.toContain("This device");
  });

  it("end one by one, once confirmed", async () => {
    const { calls, user } = await openPage("/account", answers());
    await user.click(await screen.findByRole("button", { name: "End session: WeChat on iOS" }));
    const dialog = await screen.findByRole("dialog");
    expect(calls.some(({ method }) => method === "DELETE")).toBe(false);
    await user.click(within(dialog).getByRole("button", { name: "End session" }));
    await waitFor(() => expect(screen.queryByText("WeChat on iOS")).toBeNull());
    const sent = calls.filter(({ method }) => method === "DELETE");
    expect(sent.map(({ path }) => path)).toEqual([`/me/sessions/${PHONE}`]);
    expect(sent[0]?.headers.get("X-CSRF-Token")).toBe("token-1");
    // Nothing is left to end from here.
    expect(screen.queryByRole("button", { name: "End all other sessions" })).toBeNull();
  });

  it("end all but this one", async () => {
    const { calls, user } = await openPage("/account", answers());
    await user.click(await screen.findByRole("button", { name: "End all other sessions" }));
    const dialog = await screen.findByRole("dialog");
    await user.click(within(dialog).getByRole("button", { name: "End session" }));
    await waitFor(() => expect(screen.queryByText("WeChat on iOS")).toBeNull());
    expect(calls.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([
      "/me/sessions",
    ]);
  });

  it("are read again when one was over already", async () => {
    let over = false;
    const { user } = await openPage("/account", {
      ...answers(),
      "GET /me/factors": { body: { items: [], recovery_codes: 10 } },
      "GET /me/sessions": () => ({ body: { items: over ? [HERE] : [HERE, THERE] } }),
      [`DELETE /me/sessions/${PHONE}`]: () => {
        over = true;
        return problem(404, "not_found");
      },
    });
    await user.click(await screen.findByRole("button", { name: "End session: WeChat on iOS" }));
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "End session" }));
    await waitFor(() => expect(screen.queryByText("WeChat on iOS")).toBeNull());
  });
});

describe("the sessions of others", () => {
  const colleague = {
    id: "u2",
    name: "沈明",
    login: "shen",
    roles: ["sales"],
    data_scope: "own",
    department_id: null,
    department_name: null,
    status: "active",
    totp: true,
    factors: ["totp"],
    last_sign_in_at: null,
    version: 1,
  };
  const users = { "GET /users": { body: { items: [colleague], next_cursor: null, total: 1 } } };

  it("are ended by who may", async () => {
    const { calls, user } = await openPage("/admin/users", {
      "GET /session": { body: session("user.list", "session.list", "session.delete") },
      ...users,
      ...server("/users/u2/sessions", [device({}), THERE], []),
    });
    await user.click(await screen.findByRole("button", { name: "Sessions and devices" }));
    await user.click(await screen.findByRole("button", { name: "End all sessions" }));
    const [question] = await screen.findAllByText("End all sessions of 沈明?");
    const dialog = question?.closest("[role=dialog]") as HTMLElement;
    await user.click(within(dialog).getByRole("button", { name: "End session" }));
    await screen.findByText("Not signed in anywhere");
    expect(calls.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([
      "/users/u2/sessions",
    ]);
  });

  it("are not offered to who may not", async () => {
    await openPage("/admin/users", { "GET /session": { body: session("user.list") }, ...users });
    await screen.findByText("shen");
    expect(screen.queryByRole("button", { name: "Sessions and devices" })).toBeNull();
  });
});
