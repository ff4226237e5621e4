import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { api, body } from "../../api/client";
import type { Amount, FieldInfo, Fields, FieldValue } from "../../api/types";
import { useT } from "../../i18n/useT";

/** The registry of fields as this person may use them; it changes with an update of the server, not during a day's work. */
export const fieldsQuery = queryOptions({
  queryKey: ["fields"],
  staleTime: 600_000,
  queryFn: () => body(api.GET("/fields")),
});

const NONE: Fields = { customer: [], contact: [], activity: [] };

export function useFields(): { fields: Fields; ready: boolean } {
  const { data } = useQuery(fieldsQuery);
  return { fields: data ?? NONE, ready: data !== undefined };
}

/** The words for a field; a field the words do not know is shown by its name. */
export function useFieldLabel(): (name: string) => string {
  const t = useT();
  return useCallback((name: string) => (t.has(`field-${name}`) ? t(`field-${name}`) : name), [t]);
}

/** The words for one choice of a field. */
export function useChoiceLabel(): (field: string, code: string) => string {
  const t = useT();
  return useCallback(
    (field: string, code: string) => {
      const id = `choice-${field}-${code}`;
      return t.has(id) ? t(id) : code;
    },
    [t],
  );
}

export function isMasked(value: FieldValue | undefined): value is { masked: string } {
  return typeof value === "object" && "masked" in value;
}

export function isAmount(value: FieldValue | undefined): value is Amount {
  return typeof value === "object" && "minor" in value;
}

/** A readable text value, or the empty string. */
export function textOf(value: FieldValue | undefined): string {
  return typeof value === "string" ? value : "";
}

export type Section = "basic" | "contact" | "sensitive";
export const SECTIONS: readonly Section[] = ["basic", "contact", "sensitive"];

const CONTACT_FIELDS = new Set([
  "contact_name",
  "contact_title",
  "phone",
  "landline",
  "email",
  "wechat",
  "website",
  "country",
  "province",
  "city",
  "address",
]);

/** Where on the page a field stands. What the registry calls sensitive stands apart, whatever its name. */
export function sectionOf(field: FieldInfo): Section {
  if (field.category === "sensitive") return "sensitive";
  return CONTACT_FIELDS.has(field.name) ? "contact" : "basic";
}

/** The visible fields of each section, in the registry's order. */
export function bySection(fields: FieldInfo[]): Map<Section, FieldInfo[]> {
  const sections = new Map<Section, FieldInfo[]>();
  for (const section of SECTIONS) {
    const members = fields.filter((field) => field.access !== "hidden" && sectionOf(field) === section);
    if (members.length > 0) sections.set(section, members);
  }
  return sections;
}
