import { SearchOutlined } from "@ant-design/icons";
import { Input } from "antd";
import { useEffect, useRef, useState } from "react";

const DEBOUNCE_MS = 250;
const LONGEST = 100;

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Searches within one list while one types. "/" comes here, on pages that have it. */
export function ListSearchField({ label, value, onChange }: Props) {
  const [text, setText] = useState(value ?? "");
  const composing = useRef(false);
  const timer = useRef<number | undefined>(undefined);
  const told = useRef(value);

  // The address may change by other ways: back, or "show all".
  useEffect(() => {
    if (told.current === value) return;
    told.current = value;
    setText(value ?? "");
  }, [value]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const tell = (written: string) => {
    window.clearTimeout(timer.current);
    const next = written.trim() === "" ? undefined : written.trim();
    if (next === told.current) return;
    told.current = next;
    onChange(next);
  };
  const type = (written: string) => {
    setText(written);
    window.clearTimeout(timer.current);
    if (!composing.current) timer.current = window.setTimeout(() => tell(written), DEBOUNCE_MS);
  };
  return (
    <Input
      className="list-search"
      prefix={<SearchOutlined aria-hidden />}
      aria-label={label}
      placeholder={label}
      maxLength={LONGEST}
      allowClear
      autoComplete="off"
      data-list-search=""
      value={text}
      onChange={(event) => type(event.target.value)}
      // While a Chinese input method composes, letters are not yet words.
      onCompositionStart={() => {
        composing.current = true;
      }}
      onCompositionEnd={(event) => {
        composing.current = false;
        type(event.currentTarget.value);
      }}
      onPressEnter={() => tell(text)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}
