import { DatePicker } from "antd";
import dayjs from "dayjs";
import { useT } from "../i18n/useT";

interface Props {
  label: string;
  /** Calendar dates, "2026-11-22". */
  from: string | undefined;
  to: string | undefined;
  onChange: (from: string | undefined, to: string | undefined) => void;
}

const DAY = "YYYY-MM-DD";

/** From one day to another, either end open. */
export default function DayRange({ label, from, to, onChange }: Props) {
  const t = useT();
  return (
    <DatePicker.RangePicker
      className="filter-range"
      aria-label={label}
      allowEmpty={[true, true]}
      placeholder={[t("range-from", { what: label }), t("range-to")]}
      value={[from === undefined ? null : dayjs(from), to === undefined ? null : dayjs(to)]}
      onChange={(range) => onChange(range?.[0]?.format(DAY), range?.[1]?.format(DAY))}
    />
  );
}
