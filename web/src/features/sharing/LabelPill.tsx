import { SafetyOutlined } from "@ant-design/icons";
import type { Customer } from "../../api/types";
import { useT } from "../../i18n/useT";
import { Pill, type Tone } from "../../ui/Pill";

const TONES: Record<string, Tone> = {
  public: "quiet",
  internal: "quiet",
  confidential: "info",
  secret: "caution",
  top_secret: "danger",
};

/** The label of a record. */
export function LabelPill({ label }: { label: Customer["label"] }) {
  const t = useT();
  return (
    <Pill tone={TONES[label.level] ?? "quiet"}>
      <SafetyOutlined aria-hidden /> {t(`level-${label.level}`)}
    </Pill>
  );
}
