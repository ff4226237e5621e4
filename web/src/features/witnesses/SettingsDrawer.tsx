import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Form, Input, InputNumber, Select, Switch } from "antd";
import { api, done, ifMatch } from "../../api/client";
import type { LogSettings, LogSettingsView } from "../../api/types";
import { useT } from "../../i18n/useT";
import { DrawerButtons } from "../../ui/DrawerButtons";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";

interface Values {
  witnesses: LogSettings["witnesses"];
  quorum: number;
  public: boolean;
  mailed: boolean;
  mail: { address: string; language: string; hours: number };
  watched: string[];
}

function valuesOf({ settings }: LogSettingsView, language: string): Values {
  return {
    witnesses: settings.witnesses,
    quorum: Math.max(1, settings.quorum),
    public: settings.public,
    mailed: settings.mail != null,
    mail: settings.mail ?? { address: "", language, hours: 24 },
    watched: settings.watched,
  };
}

function bodyOf({ mailed, mail, quorum, ...rest }: Values): LogSettings {
  return { ...rest, quorum: rest.witnesses.length === 0 ? 0 : quorum, mail: mailed ? mail : null };
}

/** Who the log is shown to. */
export function SettingsDrawer({ view, onClose }: { view: LogSettingsView; onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const initial = valuesOf(view, document.documentElement.lang === "en" ? "en" : "zh-CN");
  const mailed = Form.useWatch("mailed", form) ?? initial.mailed;
  const witnesses = Form.useWatch("witnesses", form) ?? initial.witnesses;
  const save = useMutation({
    mutationFn: (values: Values) =>
      done(
        api.PUT("/log/settings", {
          params: { header: { "If-Match": ifMatch(view.version) } },
          body: bodyOf(values),
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["log-settings"] });
      await queryClient.invalidateQueries({ queryKey: ["log-witnesses"] });
      void message.success(t("witnesses-saved"));
      onClose();
    },
    onError: problem.show,
  });
  const required = { required: true, whitespace: true, message: t("hint-required") };
  return (
    <Drawer
      open
      size={560}
      title={t("witnesses-settings")}
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
          save.mutate({ ...initial, ...values });
        }}
      >
        <h3>{t("witnesses-witnesses")}</h3>
        <p className="soft">{t("witnesses-witnesses-note")}</p>
        <Form.List name="witnesses">
          {(fields, { add, remove }) => (
            <>
              {fields.map(({ key, name }, index) => (
                <fieldset key={key} className="witness-fields">
                  <legend>{t("witnesses-one", { number: index + 1 })}</legend>
                  <Form.Item name={[name, "url"]} label={t("witness-url")} rules={[required]}>
                    <Input autoComplete="off" spellCheck={false} maxLength={512} />
                  </Form.Item>
                  <Form.Item name={[name, "key"]} label={t("witness-key-field")} rules={[required]}>
                    <Input autoComplete="off" spellCheck={false} maxLength={1024} />
                  </Form.Item>
                  <Button icon={<DeleteOutlined aria-hidden />} onClick={() => remove(name)}>
                    {t("witnesses-remove")}
                  </Button>
                </fieldset>
              ))}
              <Button icon={<PlusOutlined aria-hidden />} onClick={() => add({ url: "", key: "" })}>
                {t("witnesses-add")}
              </Button>
            </>
          )}
        </Form.List>
        {witnesses.length > 0 && (
          <Form.Item name="quorum" label={t("witness-quorum")} className="witness-quorum">
            <InputNumber min={1} max={witnesses.length} precision={0} />
          </Form.Item>
        )}
        <h3>{t("witnesses-published")}</h3>
        <Form.Item
          name="public"
          label={t("witnesses-public")}
          extra={t("witnesses-public-note")}
          valuePropName="checked"
        >
          <Switch />
        </Form.Item>
        <Form.Item name="mailed" label={t("witnesses-mailed")} valuePropName="checked">
          <Switch />
        </Form.Item>
        {mailed && (
          <>
            <Form.Item name={["mail", "address"]} label={t("witnesses-address")} rules={[required]}>
              <Input autoComplete="off" spellCheck={false} maxLength={254} />
            </Form.Item>
            <Form.Item name={["mail", "hours"]} label={t("witnesses-hours")}>
              <InputNumber min={1} max={744} precision={0} />
            </Form.Item>
            <Form.Item name={["mail", "language"]} label={t("witnesses-language")}>
              <Select options={["zh-CN", "en"].map((value) => ({ value, label: t(`language-${value}`) }))} />
            </Form.Item>
          </>
        )}
        <h3>{t("witnesses-watched")}</h3>
        <Form.Item name="watched" label={t("witnesses-watched-keys")} extra={t("witnesses-watched-note")}>
          <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[" ", "\n"]} />
        </Form.Item>
      </Form>
    </Drawer>
  );
}
