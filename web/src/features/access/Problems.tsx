import { Alert } from "antd";
import type { FieldProblem } from "../../api/problem";
import type { AccessConfiguration } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useProblemText } from "../../ui/useProblemText";

const PLACE = /^(roles|rules|compartments|field_labels)\[(\d+)\]/;

/** What is wrong with a configuration, each with the thing it is about. */
export function Problems({
  problems,
  configuration,
}: {
  problems: FieldProblem[];
  configuration: AccessConfiguration;
}) {
  const t = useT();
  const text = useProblemText();
  const where = (field: string): string | null => {
    const [, list, at] = PLACE.exec(field) ?? [];
    if (list !== "roles" && list !== "rules") return null;
    const { name } = configuration[list][Number(at)] ?? { name: "" };
    return t(list === "roles" ? "access-problem-role" : "access-problem-rule", { name });
  };
  return (
    <Alert
      type="error"
      showIcon
      className="form-alert"
      title={
        <ul className="problems">
          {problems.map(({ field, code, params }) => (
            <li key={`${field} ${code} ${String(params?.detail ?? "")}`}>
              {where(field) !== null && <strong>{where(field)}</strong>} {text.ofCode(code, params ?? {})}
            </li>
          ))}
        </ul>
      }
    />
  );
}
