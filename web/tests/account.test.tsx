import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, openPage, problem, session } from "./page";

/** A session of somebody whose account differs in `more`. */
function sessionOf(more: object) {
  const base = session();
  return { body: { ...base, user: { ...base.user, ...more } } };
}

/** What the page asks for besides what a test is about. */
const REST: Answers = {
  "GET /me/sessions": { body: { items: [] } },
  "GET /me/factors": { body: { items: [], recovery_codes: 10 } },
};
const STRENGTH: Answers = {
  ...REST,
  "POST /session/password/strength": { body: { score: 4, accepted: true, codes: [] } },
};
const PASSWORD = "brave lanterns at dusk 47";

describe("one's own password", () => {
  it("is asked for before another is set", async () => {
    const { calls, user } = await openPage("/account", {
      ...STRENGTH,
      "GET /session": sessionOf({ password: true }),
      "PUT /session/password": { status: 204 },
    });
    await user.type(await screen.findByLabelText("New password"), PASSWORD);
    await user.type(screen.getByLabelText("New password again"), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Change password" }));
    await screen.findByText("Required");
    expect(calls.some(({ method }) => method === "PUT")).toBe(false);
    await user.type(screen.getByLabelText("Current password"), "old one");
    await user.click(screen.getByRole("button", { name: "Change password" }));
    await screen.findByText("Password changed");
    const sent = calls.find(({ method }) => method === "PUT");
    expect(sent?.body).toEqual({ current: "old one", new: PASSWORD });
  });

  it("is not asked for while there is none, and is from then on", async () => {
    let set = false;
    const { calls, user } = await openPage("/account", {
      ...STRENGTH,
      "GET /session": () => sessionOf({ password: set }),
      "PUT /session/password": () => {
        set = true;
        return { status: 204 };
      },
    });
    await user.type(await screen.findByLabelText("New password"), PASSWORD);
    expect(screen.queryByLabelText("Current password")).toBeNull();
    await user.type(screen.getByLabelText("New password again"), PASSWORD);
    await user.click(screen.getByRole("button", { name: "Set a password" }));
    await screen.findByLabelText("Current password");
    const sent = calls.find(({ method }) => method === "PUT");
    expect(sent?.body).toEqual({ current: null, new: PASSWORD });
  });
});

describe("the language", () => {
  it("is the account's, once chosen", async () => {
    await openPage("/account", {
      ...REST,
      "GET /session": sessionOf({ language: "zh-CN", language_chosen: true }),
    });
    await screen.findByRole("heading", { name: "个人设置" });
    expect(document.documentElement.lang).toBe("zh-CN");
  });

  it("stays as the browser has it while the account has none", async () => {
    const { calls } = await openPage("/account", {
      ...REST,
      "GET /session": sessionOf({ language: "zh-CN" }),
    });
    await screen.findByRole("heading", { name: "My account" });
    expect(calls.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  it("is kept with the account when it is switched", async () => {
    const { calls, user } = await openPage("/account", {
      ...REST,
      "GET /session": sessionOf({ language: "en", language_chosen: true }),
      "PUT /me/preferences/language": { status: 204 },
    });
    await user.click(await screen.findByRole("radio", { name: "中文" }));
    await screen.findByRole("heading", { name: "个人设置" });
    await waitFor(() => expect(calls.filter(({ method }) => method === "PUT")).toHaveLength(1));
    expect(calls.at(-1)).toMatchObject({ path: "/me/preferences/language", body: { value: "zh-CN" } });
    // And not undone by what the account was known to want before.
    expect(screen.getByRole("heading", { name: "个人设置" })).toBeDefined();
  });

  it("may be switched without a role, though nothing is kept then", async () => {
    const { user } = await openPage("/account", {
      ...REST,
      "GET /session": sessionOf({ roles: [] }),
      "PUT /me/preferences/language": problem(404, "not_found"),
    });
    await user.click(await screen.findByRole("radio", { name: "中文" }));
    await screen.findByRole("heading", { name: "个人设置" });
    expect(screen.queryByText(/未找到|not_found/)).toBeNull();
  });

  it("chosen at the door goes before what the account had", async () => {
    let signedIn = false;
    const { calls, user } = await openPage("/sign-in?return=/account", {
      ...REST,
      "GET /status": { body: { version: "1", setup_required: false, demo: false, signed_in: false } },
      "GET /session": () =>
        signedIn ? sessionOf({ language: "en", language_chosen: true }) : problem(401, "session.missing"),
      "POST /session": () => {
        signedIn = true;
        return { body: { next: "done" } };
      },
      "PUT /me/preferences/language": { status: 204 },
    });
    await user.click(await screen.findByRole("button", { name: "Language" }));
    await user.click(await screen.findByText("中文"));
    await user.type(await screen.findByLabelText("登录名"), "zhou");
    await user.type(screen.getByLabelText("密码"), "right{Enter}");
    await screen.findByRole("heading", { name: "个人设置" });
    await waitFor(() => expect(calls.at(-1)?.path).toBe("/me/preferences/language"));
    expect(calls.at(-1)?.body).toEqual({ value: "zh-CN" });
  });
});
