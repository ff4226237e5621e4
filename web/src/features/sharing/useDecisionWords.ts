import { useMemo } from "react";
import { useT } from "../../i18n/useT";

export interface DecisionWords {
  /** What a rule that decided says. */
  rule: (id: string) => string;
  /** What would change a decision. */
  change: (kind: string, to: string) => string;
}

/**
 * The words of decisions.
 * @param names what the organisation's own rules and roles are called, as far as the server tells
 */
export function useDecisionWords(names: Record<string, string>): DecisionWords {
  const t = useT();
  return useMemo(
    () => ({
      rule: (id) => {
        const words = `rule-${id.replaceAll("/", "-")}`;
        if (t.has(words)) return t(words);
        // Kinds of records share their rules, and the words of them.
        const [set, rule] = id.split("/");
        const role = set === "role";
        if (!role && set !== "rule" && t.has(`rule-record-${rule}`)) return t(`rule-record-${rule}`);
        const name = names[id];
        if (name === undefined) return t(role ? "explanation-own-role" : "explanation-own-rule");
        return t(role ? "explanation-named-role" : "explanation-named-rule", { name });
      },
      change: (kind, to) => {
        const code = kind.replaceAll("_", "-");
        const target = `change-to-${code}-${to.replaceAll("_", "-")}`;
        const word = t.has(target) ? t(target) : (names[to] ?? t("explanation-some-role"));
        return t(`change-${code}`, { to: to === "" ? "" : word });
      },
    }),
    [t, names],
  );
}
