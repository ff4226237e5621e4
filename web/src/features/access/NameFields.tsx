import { Form, Input } from "antd";
import { useT } from "../../i18n/useT";

/** What something is called that the organisation makes itself. */
export function NameField() {
  const t = useT();
  return (
    <Form.Item
      name="name"
      label={t("access-name")}
      rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
    >
      <Input maxLength={60} />
    </Form.Item>
  );
}

/** The same, and what it is for. */
export function NameFields() {
  const t = useT();
  return (
    <>
      <NameField />
      <Form.Item name="description" label={t("access-description")}>
        <Input.TextArea className="grows" maxLength={500} />
      </Form.Item>
    </>
  );
}
