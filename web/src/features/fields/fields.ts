import { queryOptions, useQuery } from "@tanstack/react-query";
import { createContext, useCallback, useContext } from "react";
import { api, body } from "../../api/client";
import type { Amount, FieldInfo, Fields, FieldValue } from "../../api/types";
import { useT } from "../../i18n/useT";
import type { LinesValue, ReferenceValue } from "../records/types";

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

/** Whose fields are spoken of: the name of an object, null for customers. Their words may differ. */
export const FieldsOf = createContext<string | null>(null);

/**
 * The words for a field; a field the words do not know is shown by its name.
 * @param of the object whose field it is, if it is not the one spoken of
 */
export function useFieldLabel(of?: string): (name: string) => string {
  const t = useT();
  const spokenOf = useContext(FieldsOf);
  const object = of ?? spokenOf;
  return useCallback(
    (name: string) => {
      const own = `field-${object}-${name}`;
      if (object !== null && t.has(own)) return t(own);
      return t.has(`field-${name}`) ? t(`field-${name}`) : name;
    },
    [t, object],
  );
}

/** The words for one choice of a field. */
export function useChoiceLabel(of?: string): (field: string, code: string) => string {
  const t = useT();
  const spokenOf = useContext(FieldsOf);
  const object = of ?? spokenOf;
  return useCallback(
    (field: string, code: string) => {
      const own = `choice-${object}-${field}-${code}`;
      if (object !== null && t.has(own)) return t(own);
      const id = `choice-${field}-${code}`;
      return t.has(id) ? t(id) : code;
    },
    [t, object],
  );
}

export function isMasked(value: FieldValue | undefined): value is { masked: string } {
  return typeof value === "object" && "masked" in value;
}

export function isAmount(value: FieldValue | undefined): value is Amount {
  return typeof value === "object" && "minor" in value;
}

export function isReference(value: FieldValue | undefined): value is ReferenceValue {
  return typeof value === "object" && "id" in value;
}

export function isLines(value: FieldValue | undefined): value is LinesValue {
  return typeof value === "object" && "lines" in value;
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

/** The visible fields of each section, in the registry's order. One way to reach somebody is no section of its own. */
export function bySection(fields: FieldInfo[]): Map<Section, FieldInfo[]> {
  const visible = fields.filter(({ access }) => access !== "hidden");
  const alone = visible.filter((field) => sectionOf(field) === "contact").length === 1;
  const placeOf = (field: FieldInfo): Section => {
    const section = sectionOf(field);
    return alone && section === "contact" ? "basic" : section;
  };
  const sections = new Map<Section, FieldInfo[]>();
  for (const section of SECTIONS) {
    const members = visible.filter((field) => placeOf(field) === section);
    if (members.length > 0) sections.set(section, members);
  }
  return sections;
}
