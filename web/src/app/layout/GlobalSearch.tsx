import { SearchOutlined } from "@ant-design/icons";
import { useMatch, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useT } from "../../i18n/useT";

const DEBOUNCE_MS = 250;

/** Whether a key press belongs to something the person is writing in. */
function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** The search over customers: Ctrl K, ⌘K or "/" from anywhere; what is typed shows in the list as one types. */
export function GlobalSearch() {
  const t = useT();
  const navigate = useNavigate();
  // Lists of other records seek by themselves: what is sought there is nothing to customers.
  const listed = useMatch({ from: "/shell/customers", shouldThrow: false });
  const current = listed?.search.q ?? "";
  const [text, setText] = useState(current);
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<number | undefined>(undefined);
  const composing = useRef(false);

  useEffect(() => {
    if (document.activeElement !== input.current) setText(current);
  }, [current]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const combination = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
      if (!combination && (event.key !== "/" || isWriting(event.target))) return;
      event.preventDefault();
      // A list with a search of its own is what "/" means on its page.
      const own = combination ? null : document.querySelector<HTMLInputElement>("input[data-list-search]");
      const sought = own ?? input.current;
      sought?.focus();
      sought?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const go = (value: string) => {
    window.clearTimeout(timer.current);
    const q = value.trim() === "" ? undefined : value.trim();
    if ((q ?? "") === current) return;
    void navigate({ to: "/customers", search: { ...listed?.search, q }, replace: current !== "" });
  };
  const type = (value: string) => {
    setText(value);
    window.clearTimeout(timer.current);
    if (!composing.current) timer.current = window.setTimeout(() => go(value), DEBOUNCE_MS);
  };

  return (
    <search className="global-search">
      <SearchOutlined aria-hidden />
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={100}
        placeholder={t("search-placeholder")}
        aria-label={t("search-label")}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        // While a Chinese input method composes, letters are not yet words.
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={(event) => {
          composing.current = false;
          type(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !event.nativeEvent.isComposing) go(text);
          if (event.key !== "Escape") return;
          // Back to the list, with what was found: the browser would empty the field.
          event.preventDefault();
          input.current?.blur();
        }}
      />
      <kbd aria-hidden>/</kbd>
    </search>
  );
}
