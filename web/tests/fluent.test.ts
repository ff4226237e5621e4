import { describe, expect, it } from "vitest";
import { asLanguage, LANGUAGES, loadWords } from "../src/i18n/languages";

describe("words", () => {
  it.each(LANGUAGES)("are read whole in %s", async (language) => {
    const { bundle } = await loadWords(language);
    const message = bundle.getMessage("pager-range");
    if (message?.value == null) throw new Error("no words");
    const errors: Error[] = [];
    const text = bundle.formatPattern(message.value, { from: "1", to: "50", total: "238" }, errors);
    expect(errors).toEqual([]);
    expect(text).toContain("238");
  });

  it("fall back by language, not by region", () => {
    expect(asLanguage("zh-TW")).toBe("zh-CN");
    expect(asLanguage("en-NZ")).toBe("en");
    expect(asLanguage("de")).toBeNull();
  });
});
