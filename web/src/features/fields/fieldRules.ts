import type { Rule } from "antd/es/form";
import type { FieldInfo } from "../../api/types";
import type { Translate } from "../../i18n/useT";

/** Hints given while typing. They are deliberately lax: the server decides what a value is worth. */
const SHAPES: Partial<Record<FieldInfo["type"], RegExp>> = {
  phone: /^[+\d][\d\s()-]{5,24}$/,
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  uscc: /^[0-9A-Za-z]{18}$/,
  id_number: /^\d{17}[\dXx]$/,
  bank_account: /^[\d\s-]{8,40}$/,
};

export function fieldRules(field: FieldInfo, t: Translate): Rule[] {
  if (field.type === "lines") {
    return field.required ? [{ required: true, type: "array", message: t("hint-required") }] : [];
  }
  const rules: Rule[] = [];
  if (field.required) rules.push({ required: true, whitespace: true, message: t("hint-required") });
  if (field.max_length) {
    rules.push({ max: field.max_length, message: t("hint-max-length", { max: field.max_length }) });
  }
  const shape = SHAPES[field.type];
  if (shape !== undefined) {
    rules.push({
      validateTrigger: "onBlur",
      validator: async (_, value: string | null | undefined) => {
        if (value && !shape.test(value.trim())) throw new Error(t(`hint-shape-${field.type}`));
      },
    });
  }
  return rules;
}
