import { queryOptions, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { ask } from "../../api/records";
import type { FieldInfo } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import type { ObjectInfo } from "./types";

/** The object that has pages of its own. */
export const CUSTOMER = "customer";

/** The kinds of records, as this person may use them; as lasting as the registry of fields. */
export const objectsQuery = queryOptions({
  queryKey: ["objects"],
  staleTime: 600_000,
  queryFn: async () => (await ask<{ items: ObjectInfo[] }>("GET", "/objects")).items,
});

const NONE: ObjectInfo[] = [];

export function useObjects(): { objects: ObjectInfo[]; ready: boolean } {
  const { data, isError } = useQuery(objectsQuery);
  return { objects: data ?? NONE, ready: data !== undefined || isError };
}

/** The object whose records are kept at a path, if there is one and this person may list it. */
export function useObjectAt(path: string): { object: ObjectInfo | undefined; ready: boolean } {
  const { objects, ready } = useObjects();
  const may = useMay();
  const object = objects.find((candidate) => candidate.path === path && may(`${candidate.name}.list`));
  return { object, ready };
}

export interface ObjectWords {
  /** One of them, as it stands within a sentence. */
  one: string;
  /** Several of them, as a heading. */
  many: string;
}

/** What an object is called; one the words do not know is shown by its name. */
export function useObjectWords(): (name: string) => ObjectWords {
  const t = useT();
  return useCallback(
    (name: string) => {
      const one = t.has(`object-${name}`) ? t(`object-${name}`) : name;
      return { one, many: t.has(`object-${name}-plural`) ? t(`object-${name}-plural`) : one };
    },
    [t],
  );
}

/** The fields one may see, in the server's order. */
export function visibleFields({ fields }: ObjectInfo): FieldInfo[] {
  return fields.filter(({ access }) => access !== "hidden");
}

/** An object's first field of a type, such as the pipeline of an opportunity. */
export function fieldOfType(object: ObjectInfo, type: string): FieldInfo | undefined {
  return visibleFields(object).find((field) => field.type === type);
}

export interface Referrer {
  object: ObjectInfo;
  /** The field by which it refers. */
  field: FieldInfo;
}

/** Which objects refer to those of a name, and by which field. */
export function referrersTo(name: string, objects: ObjectInfo[]): Referrer[] {
  return objects.flatMap((object) =>
    visibleFields(object)
      .filter((field) => field.type === "reference" && field.object === name)
      .map((field) => ({ object, field })),
  );
}

/** The objects this person may list that refer to those of a name. */
export function useReferrers(name: string): Referrer[] {
  const { objects } = useObjects();
  const may = useMay();
  return useMemo(
    () => referrersTo(name, objects).filter(({ object }) => may(`${object.name}.list`)),
    [name, objects, may],
  );
}
