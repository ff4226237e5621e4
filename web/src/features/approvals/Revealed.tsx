import { EyeInvisibleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect } from "react";
import { useT } from "../../i18n/useT";
import { CopyButton } from "../../ui/CopyButton";
import { VISIBLE_MS } from "../reveal/SecretValue";

export interface RevealedValue {
  field: string;
  value: string;
}

/** What the answer to an approved request shows in clear, if it does. */
export async function revealedBy(operation: string, response: Response): Promise<RevealedValue | null> {
  if (operation !== "customers_reveal" && operation !== "contacts_reveal") return null;
  return (await response.json()) as RevealedValue;
}

interface Props {
  revealed: RevealedValue;
  onHide: () => void;
}

/** A value that was approved to be seen, for as long as any revealed value is. */
export function Revealed({ revealed: { field, value }, onHide }: Props) {
  const t = useT();
  const what = t.has(`field-${field}`) ? t(`field-${field}`) : field;
  useEffect(() => {
    const timer = window.setTimeout(onHide, VISIBLE_MS);
    return () => window.clearTimeout(timer);
  }, [onHide]);
  return (
    <section className="panel approval-revealed" aria-label={what}>
      <div className="panel-head">
        <h2>{what}</h2>
        <Button
          type="text"
          size="small"
          icon={<EyeInvisibleOutlined aria-hidden />}
          aria-label={t("reveal-hide", { field: what })}
          onClick={onHide}
        />
      </div>
      <div className="panel-body">
        <p className="approval-revealed-value">
          <span className="figures revealed" aria-live="polite">
            {value}
          </span>
          <CopyButton text={value} />
        </p>
        <p className="soft">{t("approval-revealed-note")}</p>
      </div>
    </section>
  );
}
