import type { AccessRuleForm } from "../../../api/types";
import type { Translate } from "../../../i18n/useT";
import { CONDITION_NAMES, CONDITION_WORDS, dayWords } from "./rules";

/** What the things a rule names are called. */
export interface Names {
  action: (action: string) => string;
  field: (field: string) => string;
  object: (object: string) => string;
  role: (role: string) => string;
  department: (department: string) => string;
}

/** A rule made by form as one sentence: whom it allows or forbids what, and when. */
export function ruleSentence(form: AccessRuleForm, t: Translate, names: Names): string {
  const { effect, object, actions, fields, roles, departments } = form;
  const list = (values: string[]) => values.join(t("list-separator"));
  const everybody = roles.length === 0 ? t("access-everybody") : list(roles.map(names.role));
  const who =
    departments.length === 0
      ? everybody
      : t("access-rule-who", { roles: everybody, departments: list(departments.map(names.department)) });
  const done = actions.length === 0 ? t("access-rule-no-action") : list(actions.map(names.action));
  const what =
    fields.length === 0
      ? done
      : t("access-rule-fields", { actions: done, fields: list(fields.map(names.field)) });
  const words = { who, what, object: names.object(object) };
  const said = effect === "permit" ? t("access-rule-permits", words) : t("access-rule-forbids", words);
  const conditions = conditionWords(form, t);
  if (conditions.length === 0) return said;
  return t("access-rule-when", { said, conditions: conditions.join(t("access-rule-and")) });
}

/** The conditions of a rule, each as a few words. */
export function conditionWords({ when }: AccessRuleForm, t: Translate): string[] {
  const list = (values: string[]) => values.join(t("access-rule-or"));
  const said: string[] = [];
  if (when.regions.length > 0) said.push(t("access-when-regions", { values: list(when.regions) }));
  for (const name of CONDITION_NAMES) {
    const values = when[name].map((value) => t(CONDITION_WORDS[name](value)));
    if (values.length > 0) said.push(t(`access-when-${name}`, { values: list(values) }));
  }
  if (when.label_from !== null) said.push(t("access-when-label", { level: t(`level-${when.label_from}`) }));
  if (when.weekdays.length > 0)
    said.push(t("access-when-weekdays", { values: list(when.weekdays.map((day) => t(dayWords(day)))) }));
  const { hour_from: from, hour_to: to } = when;
  if (from !== null && to !== null) said.push(t("access-when-hour", { from, to }));
  else if (from !== null) said.push(t("access-when-hour-from", { from }));
  else if (to !== null) said.push(t("access-when-hour-to", { to }));
  return said;
}
