import { beforeEach, expect, it } from "vitest";
import { forgetSamlAnswer, keptSamlAnswer } from "../src/features/federation/samlAnswer";

const KEY = "custos.saml";

beforeEach(() => window.sessionStorage.clear());

it("keeps a posted answer until it is forgotten", () => {
  expect(keptSamlAnswer()).toBeNull();
  window.sessionStorage.setItem(KEY, JSON.stringify({ state: "s", response: "r", more: 1 }));
  expect(keptSamlAnswer()).toEqual({ state: "s", response: "r" });
  forgetSamlAnswer();
  expect(keptSamlAnswer()).toBeNull();
});

it.each(["", "x", "null", "[]", "{}", '{"state":1,"response":"r"}', '{"state":"s"}'])(
  "takes no %j",
  (kept) => {
    window.sessionStorage.setItem(KEY, kept);
    expect(keptSamlAnswer()).toBeNull();
  },
);
