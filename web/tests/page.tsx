import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import { Providers } from "../src/app/providers";
import { makeQueryClient } from "../src/app/queryClient";
import { makeRouter } from "../src/app/router";
import { loadWords } from "../src/i18n/languages";

export interface Call {
  method: string;
  path: string;
  headers: Headers;
  body: unknown;
}

type Answer = { status?: number; body?: unknown };
/** What the server answers, by "METHOD /path". An operation without an answer fails the test by name. */
export type Answers = Record<string, Answer | ((call: Call) => Answer)>;

/** A session that may do what `permissions` says. */
export function session(...permissions: string[]) {
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  return {
    user: {
      id: "u1",
      name: "周敏",
      login: "zhou",
      roles: ["sales"],
      data_scope: "own",
      department: null,
      language: "en",
      language_chosen: false,
      password: true,
    },
    organisation: { id: "o1", name: "Harbour & Quay" },
    permissions,
    csrf_token: "token-1",
    assurance: "multi",
    step_up: ["totp"],
    fresh: true,
    fresh_until: later(0.08),
    device_id: null,
    roles_withheld: [],
    label: {
      clearance: { level: "internal", compartments: [] },
      working: { level: "internal", compartments: [] },
      compartments: [],
    },
    idle_expires_at: later(1),
    absolute_expires_at: later(8),
  };
}

export function problem(status: number, code: string, more: object = {}): Answer {
  return { status, body: { type: "about:blank", status, code, params: {}, fields: [], ...more } };
}

/** Opens an address of the application, in English, before a server that answers as told. */
export async function openPage(address: string, answers: Answers) {
  const calls: Call[] = [];
  const all: Answers = {
    "GET /me/devices": { body: { items: [] } },
    "GET /objects": { body: { items: [] } },
    ...answers,
  };
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const path = pathname.replace("/api/v1", "");
    const text = await request.clone().text();
    const call = {
      method: request.method,
      path: path + search,
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    calls.push(call);
    const told = all[`${request.method} ${path}`];
    if (told === undefined) throw new Error(`no answer for ${request.method} ${path}`);
    const { status = 200, body } = typeof told === "function" ? told(call) : told;
    const headers = {
      "Content-Type": status < 400 ? "application/json" : "application/problem+json",
      "X-Request-Id": "req-1",
    };
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
  });
  window.history.replaceState(null, "", address);
  const queryClient = makeQueryClient();
  const router = makeRouter(queryClient);
  const words = await loadWords("en");
  render(
    <Providers words={words} queryClient={queryClient} nonce={undefined}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { calls, user: userEvent.setup(), path: () => window.location.pathname + window.location.search };
}
