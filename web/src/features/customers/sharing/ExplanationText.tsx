import { CheckCircleOutlined, StopOutlined } from "@ant-design/icons";
import type { Explanation } from "../../../api/types";
import { useT } from "../../../i18n/useT";

/** A decision in words: the rules that decided, and what would turn it round. */
export function ExplanationText({ explanation }: { explanation: Explanation }) {
  const t = useT();
  const { allowed, rules, changes } = explanation;
  return (
    <div className="explanation">
      <p className="explanation-verdict">
        {allowed ? <CheckCircleOutlined aria-hidden /> : <StopOutlined aria-hidden />}{" "}
        <strong>{t(allowed ? "explanation-allowed" : "explanation-refused")}</strong>
      </p>
      <h3>{t("explanation-rules")}</h3>
      {rules.length === 0 ? (
        <p className="soft">{t("explanation-no-rule")}</p>
      ) : (
        <ul>
          {rules.map((rule) => (
            <li key={rule}>{t(`rule-${rule.replaceAll("/", "-")}`)}</li>
          ))}
        </ul>
      )}
      {changes.length > 0 && (
        <>
          <h3>{t(allowed ? "explanation-would-end" : "explanation-would-allow")}</h3>
          <ul>
            {changes.map(({ kind, to }) => (
              <li key={`${kind} ${to}`}>
                {t(`change-${kind.replaceAll("_", "-")}`, {
                  to: to === "" ? "" : t(`change-to-${kind.replaceAll("_", "-")}-${to.replaceAll("_", "-")}`),
                })}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
