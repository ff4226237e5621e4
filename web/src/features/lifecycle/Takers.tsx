import type { LeavePreview } from "../../api/types";
import { useT } from "../../i18n/useT";
import { Successor } from "./Successor";

/** Who takes the customers of somebody who leaves over: fields of the form around it. */
export function Takers({ preview }: { preview: LeavePreview }) {
  const t = useT();
  const { own_customers, takers, leads } = preview;
  return (
    <Successor
      takers={takers}
      options={[
        ...(own_customers === 0 ? [{ value: "nobody" as const, label: t("handover-to-nobody") }] : []),
        { value: "colleague", label: t("handover-to-colleague") },
        {
          value: "leads",
          label:
            leads.length === 0
              ? t("handover-to-leads-none")
              : t("handover-to-leads", { names: leads.map(({ name }) => name).join(" · ") }),
          disabled: leads.length === 0,
        },
      ]}
    />
  );
}
