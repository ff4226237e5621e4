import { Form, Input } from "antd";
import { useT } from "../../i18n/useT";
import { PasswordField } from "../../ui/PasswordField";
import { FIRST_ROLES, type SetupValues } from "./setup";

export function AccountsStep() {
  const t = useT();
  const form = Form.useFormInstance<SetupValues>();
  const required = { required: true, whitespace: true, message: t("hint-required") };
  const unlike = (index: number) => ({
    validator: async (_: unknown, login: string | undefined) => {
      const others = (form.getFieldValue("users") as (SetupValues["users"][number] | undefined)[]).filter(
        (_, other) => other !== index,
      );
      if (login && others.some((user) => user?.login === login)) throw new Error(t("setup-login-twice"));
    },
  });
  return (
    <>
      <p className="setup-separation">{t("setup-separation")}</p>
      <div className="setup-accounts">
        {FIRST_ROLES.map((role, index) => (
          <fieldset key={role} className="setup-account" aria-labelledby={`first-${role}`}>
            <h3 id={`first-${role}`}>{t(`role-${role}`)}</h3>
            <p className="soft">{t(`role-${role}-duty`)}</p>
            <Form.Item name={["users", index, "name"]} label={t("user-name")} rules={[required]}>
              <Input autoComplete="off" maxLength={100} />
            </Form.Item>
            <Form.Item
              name={["users", index, "login"]}
              label={t("user-login")}
              rules={[required, unlike(index)]}
            >
              <Input autoComplete="off" autoCapitalize="none" spellCheck={false} maxLength={100} />
            </Form.Item>
            <PasswordField name={["users", index, "password"]} label={t("sign-in-password")} />
          </fieldset>
        ))}
      </div>
    </>
  );
}
