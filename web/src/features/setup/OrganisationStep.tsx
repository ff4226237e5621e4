import { Form, Input } from "antd";
import { useT } from "../../i18n/useT";

export function OrganisationStep() {
  const t = useT();
  const required = [{ required: true, whitespace: true, message: t("hint-required") }];
  return (
    <>
      <Form.Item name="setup_code" label={t("setup-code")} extra={t("setup-code-hint")} rules={required}>
        <Input className="mono" autoFocus autoComplete="off" spellCheck={false} maxLength={128} />
      </Form.Item>
      <Form.Item name="organisation_name" label={t("setup-organisation")} rules={required}>
        <Input autoComplete="organization" maxLength={200} />
      </Form.Item>
    </>
  );
}
