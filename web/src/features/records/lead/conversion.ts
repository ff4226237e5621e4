import type { FieldInfo, FieldInput } from "../../../api/types";
import { filledRecord, type RecordFormValues } from "../edit/recordValues";
import type { ObjectInfo } from "../types";

/** What is typed in the dialog: the customer, and under "opportunity" what is hoped for. */
export interface ConversionValues {
  to: "new" | "existing";
  customer_id?: string | null;
  name?: string;
  with_opportunity: boolean;
  opportunity?: RecordFormValues;
}

export interface ConversionBody {
  customer_id: string | null;
  customer: { fields: Record<string, FieldInput> } | null;
  opportunity: { fields: Record<string, FieldInput> } | null;
  allow_duplicate: boolean;
}

/** What is asked of an opportunity that begins with a lead: its name, and what is known so early. */
export function opportunityFields(object: ObjectInfo): FieldInfo[] {
  const early = new Set([object.title, object.amount, object.date]);
  return object.fields.filter(
    ({ name, type, access, computed, required }) =>
      access === "write" &&
      computed !== true &&
      type !== "reference" &&
      name !== object.state?.field &&
      (early.has(name) || required || type === "pipeline"),
  );
}

/** The request of a conversion. What the lead knows, the server carries over by itself. */
export function conversionBody(
  values: ConversionValues,
  fields: FieldInfo[],
  allowDuplicate: boolean,
): ConversionBody {
  const existing = values.to === "existing";
  return {
    customer_id: existing ? (values.customer_id ?? null) : null,
    customer: existing ? null : { fields: { name: values.name?.trim() ?? "" } },
    opportunity: values.with_opportunity ? { fields: filledRecord(fields, values.opportunity ?? {}) } : null,
    allow_duplicate: allowDuplicate,
  };
}
