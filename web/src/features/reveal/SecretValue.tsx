import { EyeInvisibleOutlined, EyeOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { RevealDialog } from "./RevealDialog";

/** How long a revealed value stays on the screen. */
export const VISIBLE_MS = 60_000;

interface Props {
  masked: string;
  /** The field, in words. */
  what: string;
  whose: string;
  /** Absent when the server did not allow revealing this record. */
  reveal?: ((reason: string) => Promise<string>) | undefined;
  /** Offers to copy the revealed value. */
  copyable?: boolean;
}

/** A masked value, with a button to see it for a minute. */
export function SecretValue({ masked, what, whose, reveal, copyable = false }: Props) {
  const t = useT();
  const [asking, setAsking] = useState(false);
  const [value, setValue] = useState<string | null>(null);

  useEffect(() => {
    if (value === null) return;
    const timer = window.setTimeout(() => setValue(null), VISIBLE_MS);
    return () => window.clearTimeout(timer);
  }, [value]);

  return (
    <span className="secret">
      <span className={value === null ? "figures masked" : "figures revealed"} aria-live="polite">
        {value ?? masked}
      </span>
      {reveal !== undefined && (
        <Button
          type="text"
          size="small"
          className="secret-eye"
          icon={value === null ? <EyeOutlined aria-hidden /> : <EyeInvisibleOutlined aria-hidden />}
          aria-label={
            value === null ? t("reveal-button", { field: what }) : t("reveal-hide", { field: what })
          }
          onClick={() => (value === null ? setAsking(true) : setValue(null))}
        />
      )}
      {value !== null && copyable && <CopyButton text={value} />}
      {reveal !== undefined && asking && (
        <RevealDialog
          open
          what={what}
          whose={whose}
          reveal={reveal}
          onRevealed={(revealed) => {
            setValue(revealed);
            setAsking(false);
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </span>
  );
}
