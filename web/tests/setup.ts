import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// A page is loaded in parts, and this runs beside compilers.
// Working out what is hidden means computing every style over and over: the browser tests look at that.
configure({ asyncUtilTimeout: 40_000, defaultHidden: true });

// What the test's document lacks and every browser has.
vi.stubGlobal("matchMedia", (query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  addListener: () => undefined,
  removeListener: () => undefined,
}));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
vi.stubGlobal("CSS", { escape: (text: string) => text, supports: () => false });
window.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;

// Outside a page an address without a host means nothing: give requests the document's.
const BareRequest = globalThis.Request;
vi.stubGlobal(
  "Request",
  class extends BareRequest {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === "string" ? new URL(input, "https://custos.test") : input, init);
    }
  },
);

afterEach(() => {
  cleanup();
  localStorage.clear();
});
