import { CheckCircleOutlined, CloseCircleOutlined, LoadingOutlined } from "@ant-design/icons";
import type { FieldProblem } from "../../../api/problem";
import { useT } from "../../../i18n/useT";
import { useProblemText } from "../../../ui/useProblemText";
import { placeOf } from "./place";

interface Props {
  text: string;
  problems: FieldProblem[];
  state: "empty" | "pending" | "checked";
}

/** What is wrong with a text and where; or that nothing is. */
export function CodeProblems({ text, problems, state }: Props) {
  const t = useT();
  const words = useProblemText();
  const show = (from: number, to: number) => {
    const area = document.getElementById("text");
    if (!(area instanceof HTMLTextAreaElement)) return;
    area.focus();
    area.setSelectionRange(from, Math.max(to, from + 1));
  };
  if (state === "empty") return null;
  if (problems.length === 0) {
    return (
      <p className="code-state soft" role="status">
        {state === "pending" ? (
          <>
            <LoadingOutlined aria-hidden /> {t("access-check-pending")}
          </>
        ) : (
          <>
            <CheckCircleOutlined aria-hidden className="code-good" /> {t("access-check-good")}
          </>
        )}
      </p>
    );
  }
  return (
    <ul className="code-problems" role="alert">
      {problems.map(({ code, params }) => {
        const place = placeOf(text, params.start, params.end);
        return (
          <li key={`${code} ${params.start} ${params.detail}`}>
            <CloseCircleOutlined aria-hidden />
            <span>
              {place !== null && (
                <button type="button" className="code-place" onClick={() => show(place.from, place.to)}>
                  {t("access-check-place", { line: place.line, column: place.column })}
                </button>
              )}{" "}
              {words.ofCode(code, params)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
