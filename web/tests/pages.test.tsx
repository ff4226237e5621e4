import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type Answers, openPage, problem, session } from "./page";

const STATUS = { body: { version: "1", setup_required: false, demo: false, signed_in: false } };
const FIELD = {
  type: "text",
  choices: null,
  required: false,
  max_length: 200,
  masked: false,
  in_list: true,
  sortable: true,
  filterable: false,
  importable: true,
  access: "write",
  category: "none",
};
const FIELDS = {
  customer: [
    { ...FIELD, name: "name", required: true },
    { ...FIELD, name: "city" },
    { ...FIELD, name: "phone", type: "phone", masked: true, category: "personal" },
  ],
  contact: [],
  activity: [],
};
const CUSTOMER = {
  id: "c1",
  version: 3,
  owner: { id: "u1", name: "周敏" },
  department: null,
  created_at: "2026-11-01T00:00:00Z",
  updated_at: "2026-11-02T00:00:00Z",
  fields: { name: "Harbour Foods", city: "Leith", phone: { masked: "138****5678" } },
  label: { level: "internal", compartments: [] },
  shared: false,
  actions: ["customer.update", "customer.reveal"],
};
const READER: Answers = {
  "GET /session": { body: session("customer.list", "customer.create") },
  "GET /status": STATUS,
  "GET /fields": { body: FIELDS },
  "GET /users/directory": { body: { items: [] } },
  "GET /me/preferences/customers.list": problem(404, "not_found"),
  "GET /customers": { body: { items: [CUSTOMER], next_cursor: null, total: 1 } },
  "GET /customers/c1": { body: CUSTOMER },
  "GET /customers/c1/contacts": { body: { items: [] } },
  "GET /customers/c1/access": { body: { label: { level: "internal", compartments: [] }, shares: [] } },
  "GET /customers/c1/timeline": { body: { items: [], next_cursor: null } },
};

describe("signing in", () => {
  it("leads a stranger to the door and back to where they wanted to go", async () => {
    let signedIn = false;
    const { user, path } = await openPage("/customers?q=Harbour", {
      ...READER,
      "GET /session": () => (signedIn ? { body: session("customer.list") } : problem(401, "session.missing")),
      "POST /session": ({ body }) =>
        (body as { password: string }).password === "right"
          ? { body: { next: "totp", methods: ["totp", "recovery"] } }
          : problem(401, "session.credentials.wrong"),
      "POST /session/totp": () => {
        signedIn = true;
        return { body: { next: "done", methods: [] } };
      },
    });
    await user.type(await screen.findByLabelText("Login"), "zhou");
    await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("Login or password is wrong.");
    await user.clear(screen.getByLabelText("Password"));
    await user.type(screen.getByLabelText("Password"), "right{Enter}");
    await user.type(await screen.findByLabelText("Code"), "123456");
    await screen.findByText("138****5678");
    expect(path()).toBe("/customers?q=Harbour");
  });

  it("goes to the first setup when there is no organisation yet", async () => {
    const { path } = await openPage("/", {
      "GET /session": problem(401, "session.missing"),
      "GET /status": { body: { ...STATUS.body, setup_required: true } },
    });
    await screen.findByRole("heading", { name: "Set up Custos" });
    expect(path()).toBe("/setup");
  });

  it("takes the token of a link out of the address before anything else", async () => {
    const { calls, user, path } = await openPage("/link#secret-token", {
      "POST /session/link": { body: { next: "totp", methods: ["totp", "recovery"] } },
    });
    await user.click(await screen.findByRole("button", { name: "Sign in" }));
    await screen.findByRole("heading", { name: "Second step" });
    expect(path() + window.location.hash).toBe("/link");
    expect(calls.at(-1)?.body).toEqual({ token: "secret-token" });
  });
});

describe("the customer list", () => {
  it("asks for what the address says and shows masks as they come", async () => {
    const { calls } = await openPage("/customers?q=013&status=lead,won", READER);
    await screen.findByText("138****5678");
    const asked = calls.find(({ path }) => path.startsWith("/customers?"));
    expect(new URLSearchParams(asked?.path.split("?")[1]).get("q")).toBe("013");
    expect(new URLSearchParams(asked?.path.split("?")[1]).get("status")).toBe("lead,won");
  });

  it("opens a row by keyboard", async () => {
    const { user, path } = await openPage("/customers", READER);
    await screen.findByText("Harbour Foods");
    await user.keyboard("j{Enter}");
    await waitFor(() => expect(path()).toBe("/customers/c1"));
  });

  it("offers only what the session permits", async () => {
    await openPage("/customers", { ...READER, "GET /session": { body: session("customer.list") } });
    await screen.findByText("Harbour Foods");
    expect(screen.queryByRole("button", { name: "New customer" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Export" })).toBeNull();
  });

  it("leads to the door, and knows the way back, when the session is lost", async () => {
    let lost = false;
    const { user, path } = await openPage("/customers", {
      ...READER,
      "GET /session": () => (lost ? problem(401, "session.expired") : { body: session("customer.list") }),
      "GET /customers/c1": problem(401, "session.expired"),
    });
    const link = await screen.findByText("Harbour Foods");
    lost = true;
    await user.click(link);
    await screen.findByLabelText("Login");
    expect(path()).toContain("return=%2Fcustomers%2Fc1");
  });
});

describe("a record", () => {
  it("reveals a value for a reason", async () => {
    const { calls, user } = await openPage("/customers/c1", {
      ...READER,
      "POST /customers/c1/disclosures": { body: { field: "phone", value: "13800005678" } },
    });
    await user.click(await screen.findByRole("button", { name: "Show the full Mobile phone" }));
    await user.click(await screen.findByRole("button", { name: "Show" }));
    await screen.findByText("13800005678");
    const sent = calls.find(({ method }) => method === "POST");
    expect(sent?.body).toEqual({ field: "phone", reason: "Calling the customer" });
    expect(sent?.headers.get("X-CSRF-Token")).toBe("token-1");
  });

  it("keeps the draft when somebody else was faster", async () => {
    let current = CUSTOMER;
    const { calls, user } = await openPage("/customers/c1", {
      ...READER,
      "GET /customers/c1": () => ({ body: current }),
      "PATCH /customers/c1": ({ headers }) =>
        headers.get("If-Match") === '"4"' ? { body: current } : problem(412, "record.stale"),
    });
    await user.click(await screen.findByRole("button", { name: "Edit" }));
    const name = await screen.findByLabelText("Name");
    await user.clear(name);
    await user.type(name, "My name");
    current = { ...CUSTOMER, version: 4, fields: { ...CUSTOMER.fields, city: "Granton" } };
    await user.click(screen.getByRole("button", { name: "Save" }));
    await user.click(await screen.findByRole("button", { name: "Load current version" }));
    await waitFor(() => expect((screen.getByLabelText("City") as HTMLInputElement).value).toBe("Granton"));
    expect((name as HTMLInputElement).value).toBe("My name");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(calls.filter(({ method }) => method === "PATCH")).toHaveLength(2));
    expect(calls.filter(({ method }) => method === "PATCH").at(-1)?.body).toEqual({
      fields: { name: "My name" },
    });
  });

  it("shows the server's remark beside its field", async () => {
    const { user } = await openPage("/customers", {
      ...READER,
      "POST /customers/duplicate-check": { body: { matches: [] } },
      "POST /customers": problem(422, "request.invalid", {
        fields: [{ field: "fields.phone", code: "phone.mobile_length", params: {} }],
      }),
    });
    await user.click(await screen.findByRole("button", { name: "New customer" }));
    await user.type(await screen.findByLabelText("Name"), "Quay");
    await user.click(screen.getByRole("button", { name: "Create" }));
    const remark = await screen.findByText("A mobile number has 11 digits.");
    expect(remark.closest(".ant-form-item")?.textContent).toContain("Mobile phone");
  });

  it("that cannot be seen is not found, in words", async () => {
    await openPage("/customers/c1", { ...READER, "GET /customers/c1": problem(404, "not_found") });
    await screen.findByRole("heading", { name: "Not found" });
  });
});

describe("a refusal nobody has words for", () => {
  it("shows its code and the request's number", async () => {
    await openPage("/customers", { ...READER, "GET /customers": problem(400, "moon.phase_wrong") });
    expect((await screen.findByRole("alert")).textContent).toMatch(/moon\.phase_wrong.*req-1/);
  });
});
