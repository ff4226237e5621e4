import { Alert } from "antd";
import type { FormProblem } from "./useFormProblem";

/** Above a form: what the server said that belongs to none of its fields. */
export function FormAlert({ problem }: { problem: FormProblem }) {
  if (problem.general === null) return null;
  return <Alert type="error" showIcon className="form-alert" title={problem.general} />;
}
