import type { FormInstance } from "antd";
import { useCallback, useState } from "react";
import { toApiError } from "../api/problem";
import { useProblemText } from "./useProblemText";

type NamePath = (string | number)[];

export interface FormProblem {
  /** What the server said that belongs to no field of the form. */
  general: string | null;
  /** Shows an error: beside the fields it names, the rest above the form. */
  show: (error: unknown) => void;
  clear: () => void;
}

/**
 * Places a server's answer in a form.
 * @param nameOf the form's name for a field of the server; by default the dots of the server's path separate its steps
 * @param worded a remark as it is to stand there, where the field is only part of what the form has under that name
 */
export function useFormProblem(
  form: FormInstance,
  nameOf: (field: string) => NamePath = pathOf,
  worded: (field: string, sentence: string) => string = bare,
): FormProblem {
  const text = useProblemText();
  const [general, setGeneral] = useState<string | null>(null);
  const show = useCallback(
    (thrown: unknown) => {
      const error = toApiError(thrown);
      const homeless: string[] = [];
      const placed = new Map<string, { name: NamePath; errors: string[] }>();
      for (const { field, code, params } of error.fields) {
        const name = nameOf(field);
        const sentence = worded(field, text.ofCode(code, params));
        const key = name.join(" ");
        if (!isInForm(form.getFieldsValue() as object, name)) homeless.push(sentence);
        else placed.set(key, { name, errors: [...(placed.get(key)?.errors ?? []), sentence] });
      }
      form.setFields([...placed.values()]);
      const first = error.fields[0];
      if (first !== undefined) form.scrollToField(nameOf(first.field), { focus: true, block: "center" });
      const beside = error.fields.length > homeless.length;
      setGeneral(homeless.length > 0 ? homeless.join(" ") : beside ? null : text.of(thrown));
    },
    [form, nameOf, worded, text],
  );
  const clear = useCallback(() => setGeneral(null), []);
  return { general, show, clear };
}

const bare = (_: string, sentence: string) => sentence;

/** Whether a form has a field of that name: its values hold a place for each field it shows, filled or not. */
export function isInForm(values: object, name: NamePath): boolean {
  let place: unknown = values;
  for (const step of name) {
    if (typeof place !== "object" || place === null || !(step in place)) return false;
    place = (place as Record<string | number, unknown>)[step];
  }
  return name.length > 0;
}

/** "users.0.login" and "users[0].login" as ["users", 0, "login"]. */
export function pathOf(field: string): NamePath {
  return field
    .replace(/\[(\d+)\]/g, ".$1")
    .split(".")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
