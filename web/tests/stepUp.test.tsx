import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { api } from "../src/api/client";
import { type Answers, openPage, problem, session } from "./page";

const NEEDED = problem(403, "session.step_up");

/** A server that wants a fresh factor for one preference until it was given one. */
function server(more: Answers = {}) {
  let token = "token-1";
  const guarded = ({ headers }: { headers: Headers }) => {
    if (headers.get("X-CSRF-Token") !== token) return problem(403, "request.csrf");
    return token === "token-1" ? NEEDED : { status: 204 };
  };
  const answers: Answers = {
    "GET /session": () => ({ body: { ...session(), csrf_token: token } }),
    "GET /me/factors": { body: { items: [], recovery_codes: 10 } },
    "GET /me/sessions": { body: { items: [] } },
    "PUT /me/preferences/one": guarded,
    "PUT /me/preferences/two": guarded,
    "POST /session/step-up/totp": ({ body }) => {
      if ((body as { code: string }).code !== "123456") return problem(401, "session.totp.wrong");
      token = "token-2";
      return { body: { csrf_token: token, fresh_until: session().idle_expires_at } };
    },
    ...more,
  };
  return { answers, renew: () => (token = "token-2") };
}

const put = (key: string) =>
  api.PUT("/me/preferences/{key}", { params: { path: { key } }, body: { value: 1 } });

describe("a request that needs a fresh factor", () => {
  it("is repeated once the person gave it, and so are those that wait with it", async () => {
    const { answers } = server();
    const { calls, user } = await openPage("/account", answers);
    await screen.findByRole("heading", { name: "My account" });
    const both = Promise.all([put("one"), put("two")]);
    await user.type(await screen.findByLabelText("Code"), "000000");
    await screen.findByText("The code is wrong or no longer valid.");
    await user.type(screen.getByLabelText("Code"), "123456");
    const [one, two] = await both;
    expect([one.response.status, two.response.status]).toEqual([204, 204]);
    expect(calls.filter(({ path }) => path === "/session/step-up/totp")).toHaveLength(2);
    expect(calls.filter(({ method }) => method === "PUT").map(({ body }) => body)).toEqual(
      Array(4).fill({ value: 1 }),
    );
    await waitFor(() => expect(screen.queryByLabelText("Code")).toBeNull());
  });

  it("shows the refusal when the person does not want to", async () => {
    const { answers } = server();
    const { user } = await openPage("/account", answers);
    await screen.findByRole("heading", { name: "My account" });
    const asked = put("one");
    await screen.findByLabelText("Code");
    await user.click(screen.getByRole("button", { name: "Close" }));
    const { response, error } = await asked;
    expect(response.status).toBe(403);
    expect(error).toMatchObject({ code: "session.step_up" });
  });

  it("is repeated when another tab had given the session a new token", async () => {
    const { answers, renew } = server();
    await openPage("/account", answers);
    await screen.findByRole("heading", { name: "My account" });
    renew();
    expect((await put("one")).response.status).toBe(204);
  });
});
