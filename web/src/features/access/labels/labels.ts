import type { AccessConfiguration, AccessLabel, Compartment } from "../../../api/types";

/** How many compartments there can be. */
export const MOST_COMPARTMENTS = 62;

/** The lowest number that no compartment has; null when all are taken. */
export function freeBit(compartments: Compartment[]): number | null {
  const taken = new Set(compartments.map(({ bit }) => bit));
  for (let bit = 0; bit < MOST_COMPARTMENTS; bit += 1) if (!taken.has(bit)) return bit;
  return null;
}

/** Labels a field; null takes its label away. */
export function withFieldLabel(
  configuration: AccessConfiguration,
  object: string,
  field: string,
  label: AccessLabel | null,
): AccessConfiguration {
  const others = configuration.field_labels.filter((one) => one.object !== object || one.field !== field);
  return {
    ...configuration,
    field_labels: label === null ? others : [...others, { object, field, label }],
  };
}

/** The fields whose label names a compartment. */
export function fieldsLabelled(configuration: AccessConfiguration, bit: number): string[] {
  return configuration.field_labels
    .filter(({ label }) => label.compartments.includes(bit))
    .map(({ field }) => field);
}
