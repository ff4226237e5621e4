import type { RuleObject } from "antd/es/form";
import type { Translate } from "../i18n/useT";

/** What a form asks of a reason given in words, whose length in characters the server limits. */
export function reasonRule(t: Translate, length: { min: number; max: number }): RuleObject {
  return { required: true, whitespace: true, ...length, message: t("hint-reason", length) };
}
