import { useQuery } from "@tanstack/react-query";
import { Form, Input } from "antd";
import { api, body } from "../api/client";
import { useT } from "../i18n/useT";
import "./password.css";
import { useDebounced } from "./useDebounced";
import { useProblemText } from "./useProblemText";

interface Props {
  name: string | (string | number)[];
  label: string;
}

/** A field for a new password, with the server's judgement of it as one types. */
export function PasswordField({ name, label }: Props) {
  const t = useT();
  const form = Form.useFormInstance();
  const password = useDebounced<string>(Form.useWatch(name, form) ?? "", 300);
  return (
    <Form.Item
      name={name}
      label={label}
      rules={[{ required: true, message: t("hint-required") }]}
      extra={<Strength password={password} />}
    >
      <Input.Password autoComplete="new-password" maxLength={1024} />
    </Form.Item>
  );
}

const STEPS = [1, 2, 3, 4];

function Strength({ password }: { password: string }) {
  const t = useT();
  const text = useProblemText();
  const { data } = useQuery({
    queryKey: ["password-strength", password],
    enabled: password !== "",
    // A password is not kept longer than it is looked at.
    gcTime: 0,
    retry: false,
    placeholderData: (previous) => previous,
    queryFn: () => body(api.POST("/session/password/strength", { body: { password } })),
  });
  if (password === "" || data === undefined)
    return <span className="strength-hint">{t("password-hint")}</span>;
  return (
    <span className="strength" data-accepted={data.accepted} role="status">
      <span className="strength-bar" aria-hidden="true">
        {STEPS.map((step) => (
          <i key={step} className={data.score >= step ? "on" : undefined} />
        ))}
      </span>
      <span>
        {data.accepted ? t(`password-score-${data.score}`) : t("password-refused")}
        {data.codes.map((code) => ` · ${text.ofCode(code, { min: data.min_length })}`)}
      </span>
    </span>
  );
}
