import type { FormInstance } from "antd";
import { useCallback } from "react";
import { useT } from "../../../i18n/useT";
import { type FormProblem, useFormProblem } from "../../../ui/useFormProblem";

/** The name in a record's form for a field of the server's answer; what is said of a cell is said of its table. */
export function recordFormName(field: string): string[] {
  return [field.replace(/^fields\./, "").replace(/[.[].*$/, "")];
}

/** The line of a table that "fields.lines[2].price" or "fields.lines.2.price" is in, counted from one. */
export function lineOf(field: string): number | undefined {
  const at = /^fields\.\w+(?:\.lines)?(?:\[|\.)(\d+)/.exec(field)?.[1];
  return at === undefined ? undefined : Number(at) + 1;
}

/** Places a server's answer in the form of a record, with the line it is about where it is about one. */
export function useRecordProblem(form: FormInstance): FormProblem {
  const t = useT();
  const worded = useCallback(
    (field: string, said: string) => {
      const line = lineOf(field);
      return line === undefined ? said : t("line-problem", { line, said });
    },
    [t],
  );
  return useFormProblem(form, recordFormName, worded);
}
