import { beforeEach, expect, it } from "vitest";
import { takeSamlAnswer } from "./samlAnswer";

const KEY = "custos.saml";

beforeEach(() => window.sessionStorage.clear());

it("gives the answer once", () => {
  window.sessionStorage.setItem(KEY, JSON.stringify({ state: "s", response: "r" }));
  expect(takeSamlAnswer()).toEqual({ state: "s", response: "r" });
  expect(takeSamlAnswer()).toBeNull();
});

it.each(["", "x", "null", "[]", "{}", '{"state":1,"response":"r"}', '{"state":"s"}'])("refuses %j", (kept) => {
  window.sessionStorage.setItem(KEY, kept);
  expect(takeSamlAnswer()).toBeNull();
  expect(window.sessionStorage.getItem(KEY)).toBeNull();
});
