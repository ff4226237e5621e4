import { CheckCircleOutlined, StopOutlined } from "@ant-design/icons";
import type { Explanation } from "../../api/types";
import { useT } from "../../i18n/useT";
import "./explanation.css";
import { useDecisionWords } from "./useDecisionWords";

/** A decision in words: the rules that decided, and what would turn it round. */
export function ExplanationText({ explanation }: { explanation: Explanation }) {
  const t = useT();
  const words = useDecisionWords(explanation.names);
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
          {[...new Set(rules.map(words.rule))].map((said) => (
            <li key={said}>{said}</li>
          ))}
        </ul>
      )}
      {changes.length > 0 && (
        <>
          <h3>{t(allowed ? "explanation-would-end" : "explanation-would-allow")}</h3>
          <ul>
            {changes.map(({ kind, to }) => (
              <li key={`${kind} ${to}`}>{words.change(kind, to)}</li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
