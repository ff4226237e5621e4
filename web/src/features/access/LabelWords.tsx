import type { AccessLabel, Compartment } from "../../api/types";
import { useT } from "../../i18n/useT";
import { Pill } from "../../ui/Pill";
import { LabelPill } from "../sharing/LabelPill";

/** A label: its level, and the names of its compartments. */
export function LabelWords({ label, compartments }: { label: AccessLabel; compartments: Compartment[] }) {
  const t = useT();
  const name = (bit: number) =>
    compartments.find((one) => one.bit === bit)?.name ?? t("access-compartment-unnamed", { bit });
  return (
    <span className="label-words">
      <LabelPill label={label} />
      {label.compartments.map((bit) => (
        <Pill key={bit} tone="quiet">
          {name(bit)}
        </Pill>
      ))}
    </span>
  );
}
