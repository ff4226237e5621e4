import { useT } from "../../../i18n/useT";
import type { Totals } from "./sums";
import { useMinor } from "./useMinor";

/** What lines come to: before and after discount, with tax. */
export function TotalsList({ totals }: { totals: Totals }) {
  const t = useT();
  const money = useMinor();
  const shown = (["subtotal", "discount", "tax", "total"] as const).filter(
    (part) => part === "subtotal" || part === "total" || totals[part] !== 0n,
  );
  return (
    <dl className="totals" aria-live="polite">
      {shown.map((part) => (
        <div key={part} className={part === "total" ? "totals-sum" : undefined}>
          <dt>{t(`lines-${part}`)}</dt>
          <dd className="figures">{money(part === "discount" ? -totals[part] : totals[part])}</dd>
        </div>
      ))}
    </dl>
  );
}
