import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Drawer, Form, Input, InputNumber, Select, Switch } from "antd";
import { api, done, ifMatch } from "../../api/client";
import type { OutboxSettings, OutboxSettingsBody } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";

type Security = NonNullable<OutboxSettings["smtp"]>["security"];
type Provider = NonNullable<OutboxSettings["sms"]>["provider"];

interface Values {
  base_url: string;
  mail: boolean;
  smtp: {
    host: string;
    port: number;
    security: Security;
    user?: string | null;
    password?: string;
    from_name: string;
    from_address: string;
  };
  text: boolean;
  sms: {
    provider: Provider;
    endpoint?: string;
    key_id: string;
    key_secret?: string;
    sign_name: string;
    app_id?: string;
    region?: string;
  };
  /** By the name of our template. */
  templates: Record<string, { id?: string; params: string[] }>;
}

const SECURITY: readonly Security[] = ["starttls", "tls", "plain"];
const PROVIDERS: readonly Provider[] = ["aliyun", "tencent"];

function valuesOf(settings: OutboxSettings): Values {
  const { smtp, sms } = settings;
  const known = (name: string) => sms?.templates.find(({ template }) => template === name);
  return {
    base_url: settings.base_url === "" ? window.location.origin : settings.base_url,
    mail: smtp != null,
    smtp: {
      host: smtp?.host ?? "",
      port: smtp?.port ?? 587,
      security: smtp?.security ?? "starttls",
      user: smtp?.user ?? "",
      from_name: smtp?.from_name ?? "",
      from_address: smtp?.from_address ?? "",
    },
    text: sms != null,
    sms: {
      provider: sms?.provider ?? "aliyun",
      endpoint: sms?.endpoint ?? "",
      key_id: sms?.key_id ?? "",
      sign_name: sms?.sign_name ?? "",
      app_id: sms?.app_id ?? "",
      region: sms?.region === "" || sms == null ? "ap-guangzhou" : sms.region,
    },
    templates: Object.fromEntries(
      settings.sms_templates.map((name) => [
        name,
        { id: known(name)?.id ?? "", params: known(name)?.params ?? ["code"] },
      ]),
    ),
  };
}

function bodyOf({ base_url, mail, smtp, text, sms, templates }: Values): OutboxSettingsBody {
  return {
    base_url,
    smtp: mail ? smtp : null,
    sms: text
      ? {
          ...sms,
          templates: Object.entries(templates ?? {})
            .filter(([, { id }]) => id !== undefined && id !== "")
            .map(([template, { id = "", params }]) => ({ template, id, params })),
        }
      : null,
  };
}

/** Where messages go out. Secrets are typed in and never shown again. */
export function SettingsDrawer({ settings, onClose }: { settings: OutboxSettings; onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const initial = valuesOf(settings);
  const mail = Form.useWatch("mail", form) ?? initial.mail;
  const text = Form.useWatch("text", form) ?? initial.text;
  const provider = Form.useWatch(["sms", "provider"], form) ?? initial.sms.provider;
  const save = useMutation({
    mutationFn: (values: Values) =>
      done(
        api.PUT("/outbox/settings", {
          params: { header: { "If-Match": ifMatch(settings.version) } },
          body: bodyOf(values),
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["outbox-settings"] });
      void message.success(t("outbox-saved"));
      onClose();
    },
    onError: problem.show,
  });
  const required = { required: true, whitespace: true, message: t("hint-required") };
  const kept = (stored: boolean | undefined) => (stored ? t("outbox-secret-kept") : undefined);
  return (
    <Drawer
      open
      size={560}
      title={t("outbox-settings")}
      onClose={onClose}
      footer={<DrawerButtons form={form} onClose={onClose} pending={save.isPending} />}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        initialValues={initial}
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        <Form.Item
          name="base_url"
          label={t("outbox-base-url")}
          extra={t("outbox-base-url-note")}
          rules={[required]}
        >
          <Input autoComplete="off" spellCheck={false} maxLength={200} />
        </Form.Item>
        <h3>{t("outbox-mail")}</h3>
        <Form.Item name="mail" label={t("outbox-mail-use")} valuePropName="checked">
          <Switch />
        </Form.Item>
        {mail && (
          <>
            <div className="outbox-pair">
              <Form.Item name={["smtp", "host"]} label={t("outbox-host")} rules={[required]}>
                <Input autoComplete="off" spellCheck={false} maxLength={253} />
              </Form.Item>
              <Form.Item
                name={["smtp", "port"]}
                label={t("outbox-port")}
                rules={[{ required: true, message: t("hint-required") }]}
              >
                <InputNumber min={1} max={65535} precision={0} />
              </Form.Item>
            </div>
            <Form.Item name={["smtp", "security"]} label={t("outbox-security")}>
              <Select options={SECURITY.map((value) => ({ value, label: t(`outbox-security-${value}`) }))} />
            </Form.Item>
            <Form.Item name={["smtp", "user"]} label={t("outbox-user")}>
              <Input autoComplete="off" spellCheck={false} maxLength={200} />
            </Form.Item>
            <Form.Item
              name={["smtp", "password"]}
              label={t("outbox-password")}
              extra={kept(settings.smtp?.password_set)}
            >
              <Input.Password autoComplete="new-password" maxLength={1000} />
            </Form.Item>
            <Form.Item name={["smtp", "from_name"]} label={t("outbox-from-name")} rules={[required]}>
              <Input autoComplete="off" maxLength={200} />
            </Form.Item>
            <Form.Item name={["smtp", "from_address"]} label={t("outbox-from-address")} rules={[required]}>
              <Input autoComplete="off" spellCheck={false} maxLength={254} />
            </Form.Item>
          </>
        )}
        <h3>{t("outbox-sms")}</h3>
        <Form.Item name="text" label={t("outbox-sms-use")} valuePropName="checked">
          <Switch />
        </Form.Item>
        {text && (
          <>
            <Form.Item name={["sms", "provider"]} label={t("outbox-provider")}>
              <Select options={PROVIDERS.map((value) => ({ value, label: t(`outbox-provider-${value}`) }))} />
            </Form.Item>
            <Form.Item
              name={["sms", "endpoint"]}
              label={t("outbox-endpoint")}
              extra={t("outbox-endpoint-note")}
            >
              <Input autoComplete="off" spellCheck={false} maxLength={200} />
            </Form.Item>
            <Form.Item name={["sms", "key_id"]} label={t("outbox-key-id")} rules={[required]}>
              <Input autoComplete="off" spellCheck={false} maxLength={200} />
            </Form.Item>
            <Form.Item
              name={["sms", "key_secret"]}
              label={t("outbox-key-secret")}
              extra={kept(settings.sms?.key_secret_set)}
            >
              <Input.Password autoComplete="new-password" maxLength={200} />
            </Form.Item>
            <Form.Item name={["sms", "sign_name"]} label={t("outbox-sign-name")} rules={[required]}>
              <Input autoComplete="off" maxLength={200} />
            </Form.Item>
            {provider === "tencent" && (
              <div className="outbox-pair">
                <Form.Item name={["sms", "app_id"]} label={t("outbox-app-id")} rules={[required]}>
                  <Input autoComplete="off" maxLength={200} />
                </Form.Item>
                <Form.Item name={["sms", "region"]} label={t("outbox-region")} rules={[required]}>
                  <Input autoComplete="off" maxLength={200} />
                </Form.Item>
              </div>
            )}
            {settings.sms_templates.map((name) => (
              <div className="outbox-pair" key={name}>
                <Form.Item
                  name={["templates", name, "id"]}
                  label={t("outbox-template-id", { name: t(`message-${name}`) })}
                >
                  <Input autoComplete="off" spellCheck={false} maxLength={200} />
                </Form.Item>
                <Form.Item
                  name={["templates", name, "params"]}
                  label={t("outbox-template-params")}
                  extra={t("outbox-template-params-note")}
                >
                  <Select
                    mode="multiple"
                    options={settings.sms_params.map((value) => ({
                      value,
                      label: t(`outbox-param-${value}`),
                    }))}
                  />
                </Form.Item>
              </div>
            ))}
          </>
        )}
      </Form>
    </Drawer>
  );
}
