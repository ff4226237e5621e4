import type { FieldInfo, FieldValue } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { Highlight } from "../../ui/Highlight";
import { Pill, type Tone } from "../../ui/Pill";
import { isAmount, isLines, isMasked, isReference, useChoiceLabel } from "./fields";

/** The colours of the choices that mean progress or urgency; every other choice is quiet. */
const TONES: Record<string, Record<string, Tone>> = {
  status: { lead: "info", following: "caution", won: "brand", lost: "danger", dormant: "quiet" },
  level: { a: "brand", b: "info", c: "quiet", d: "quiet" },
};

interface Props {
  field: FieldInfo;
  value: FieldValue | undefined;
  /** The sought words, marked where they occur. */
  term?: string | undefined;
}

/** One value, readable. Masked values keep their digits in columns. */
export function FieldText({ field, value, term }: Props) {
  const format = useFormat();
  const choiceLabel = useChoiceLabel();
  if (value === undefined) return <span className="absent">–</span>;
  if (isMasked(value)) return <span className="figures masked">{value.masked}</span>;
  if (isAmount(value)) return <span className="figures">{format.money(value)}</span>;
  if (isReference(value)) return value.name ?? <span className="absent">–</span>;
  if (isLines(value)) return <span className="figures">{format.number(value.lines.length)}</span>;
  switch (field.type) {
    case "percent":
      return <span className="figures">{`${value}%`}</span>;
    case "decimal":
    case "integer":
      return <span className="figures">{value}</span>;
    case "choice": {
      const tone = TONES[field.name]?.[value];
      const words = choiceLabel(field.name, value);
      return tone === undefined ? words : <Pill tone={tone}>{words}</Pill>;
    }
    case "date":
      return <span className="figures">{format.date(value)}</span>;
    case "datetime":
      return <span className="figures">{format.dateTime(value)}</span>;
    default:
      return <Highlight text={value} term={term} />;
  }
}
