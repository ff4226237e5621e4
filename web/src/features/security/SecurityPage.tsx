import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, InputNumber, Radio, Skeleton, Switch } from "antd";
import { useCallback, useState } from "react";
import { flushSync } from "react-dom";
import { api, body } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { Role, SecurityPreview, SecuritySettings } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { useFormProblem } from "../../ui/useFormProblem";
import { HoursFields } from "./HoursFields";
import { PreviewDialog } from "./PreviewDialog";
import { NetworksField, RoleRules } from "./RoleRules";
import { Setting, Settings } from "./Setting";
import { nameOfField, type SettingsValues, settingsOf, settingsQuery, valuesOf } from "./security";
import "./security.css";

/** What the organisation asks of passwords and sessions, and from where and when roles may be used. */
export function SecurityPage() {
  const t = useT();
  const { data, error, refetch } = useQuery(settingsQuery);
  return (
    <>
      <PageHeader title={t("security-title")} note={t("security-note")} />
      {error !== null ? (
        <div className="panel">
          <ErrorState error={error} onRetry={() => void refetch()} />
        </div>
      ) : data === undefined ? (
        <div className="panel panel-body">
          <Skeleton active title={false} />
        </div>
      ) : (
        <SettingsForm key={data.tag} settings={data.settings} tag={data.tag} />
      )}
    </>
  );
}

function SettingsForm({ settings, tag }: { settings: SecuritySettings; tag: string }) {
  const t = useT();
  const may = useMay();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<SettingsValues>();
  const nameOf = useCallback((field: string) => nameOfField(form.getFieldsValue(true), field), [form]);
  const problem = useFormProblem(form, nameOf);
  const [preview, setPreview] = useState<SecurityPreview | null>(null);
  const [opened, setOpened] = useState<ReadonlySet<Role>>(new Set());
  const [changed, setChanged] = useState(false);
  const draft = () => settingsOf(form.getFieldsValue(true));
  const refused = (thrown: unknown) => {
    const names = toApiError(thrown).fields.map(({ field }) => nameOf(field));
    const roles = names.flatMap(([part, role]) => (part === "roles" ? [role as Role] : []));
    // A field can only be scrolled to once it is shown.
    flushSync(() => {
      setPreview(null);
      setOpened((before) => new Set([...before, ...roles]));
    });
    problem.show(thrown);
  };
  const review = useMutation({
    mutationFn: () => body(api.POST("/security/settings/preview", { body: draft() })),
    onSuccess: setPreview,
    onError: refused,
  });
  const save = useMutation({
    mutationFn: () =>
      body(api.PUT("/security/settings", { params: { header: { "If-Match": tag } }, body: draft() })),
    onSuccess: () => {
      void message.success(t("security-saved"));
      return queryClient.invalidateQueries({ queryKey: settingsQuery.queryKey });
    },
    onError: refused,
  });
  const discard = () => {
    form.resetFields();
    problem.clear();
    setChanged(false);
  };
  const changeable = may("security_settings.update");
  return (
    <Form<SettingsValues>
      form={form}
      className="security"
      requiredMark={false}
      disabled={!changeable}
      initialValues={valuesOf(settings)}
      scrollToFirstError={{ focus: true, block: "center" }}
      onValuesChange={() => setChanged(true)}
      onFinish={() => {
        problem.clear();
        review.mutate();
      }}
    >
      {!changeable && <Alert type="info" showIcon title={t("security-read-only")} />}
      <Passwords />
      <SecondFactor />
      <Sessions />
      <Settings title={t("security-organisation")} note={t("security-organisation-note")}>
        <NetworksField
          path={["trusted_networks"]}
          label={t("security-trusted")}
          note={t("security-trusted-note")}
        />
        <HoursFields
          path={["working_hours"]}
          label={t("security-working-hours")}
          note={t("security-working-hours-note")}
        />
      </Settings>
      <RoleRules
        opened={opened}
        onToggle={(role) =>
          setOpened(
            (before) =>
              new Set(before.has(role) ? [...before].filter((one) => one !== role) : [...before, role]),
          )
        }
      />
      {problem.general !== null && <Alert type="error" showIcon title={problem.general} />}
      {changeable && changed && (
        <div className="save-bar">
          <span className="soft">{t("security-changed")}</span>
          <Button onClick={discard}>{t("security-discard")}</Button>
          <Button type="primary" htmlType="submit" loading={review.isPending}>
            {t("security-review")}
          </Button>
        </div>
      )}
      {preview !== null && (
        <PreviewDialog
          preview={preview}
          saving={save.isPending}
          onSave={() => save.mutate()}
          onClose={() => setPreview(null)}
        />
      )}
    </Form>
  );
}

interface NumberProps {
  path: [string, string];
  label: string;
  note: string;
  unit: string;
  range: [number, number];
  optional?: boolean;
}

function NumberSetting({ path, label, note, unit, range, optional = false }: NumberProps) {
  const t = useT();
  const [min, max] = range;
  return (
    <Setting
      path={path}
      label={label}
      note={note}
      rules={[
        {
          required: !optional,
          type: "integer",
          min,
          max,
          message: t("error-number-out_of_range", { min, max }),
        },
      ]}
    >
      <InputNumber precision={0} inputMode="numeric" suffix={unit} controls={false} className="number" />
    </Setting>
  );
}

function Passwords() {
  const t = useT();
  return (
    <Settings title={t("security-passwords")} note={t("security-passwords-note")}>
      <NumberSetting
        path={["password", "min_length"]}
        label={t("security-min-length")}
        note={t("security-min-length-note")}
        unit={t("unit-characters")}
        range={[8, 64]}
      />
      <Setting
        path={["password", "min_score"]}
        label={t("security-min-score")}
        note={t("security-min-score-note")}
      >
        <Radio.Group
          optionType="button"
          aria-label={t("security-min-score")}
          options={[2, 3, 4].map((score) => ({ value: score, label: t(`password-score-${score}`) }))}
        />
      </Setting>
      <NumberSetting
        path={["password", "history"]}
        label={t("security-history")}
        note={t("security-history-note")}
        unit={t("unit-passwords")}
        range={[0, 24]}
      />
      <NumberSetting
        path={["password", "max_age_days"]}
        label={t("security-max-age")}
        note={t("security-max-age-note")}
        unit={t("unit-days")}
        range={[0, 365]}
      />
      <Setting
        path={["password", "breached_list"]}
        label={t("security-breached")}
        note={t("security-breached-note")}
        valuePropName="checked"
      >
        <Switch aria-label={t("security-breached")} />
      </Setting>
    </Settings>
  );
}

function SecondFactor() {
  const t = useT();
  return (
    <Settings title={t("security-second-factor")} note={t("security-second-factor-note")}>
      {(["mail_code", "sms_code"] as const).map((code) => (
        <Setting
          key={code}
          path={["second_factor", code]}
          label={t(`security-${code}`)}
          note={t(`security-${code}-note`)}
          valuePropName="checked"
        >
          <Switch aria-label={t(`security-${code}`)} />
        </Setting>
      ))}
    </Settings>
  );
}

function Sessions() {
  const t = useT();
  return (
    <Settings title={t("security-sessions")} note={t("security-sessions-note")}>
      <NumberSetting
        path={["sessions", "idle_minutes"]}
        label={t("security-idle")}
        note={t("security-idle-note")}
        unit={t("unit-minutes")}
        range={[1, 1440]}
      />
      <NumberSetting
        path={["sessions", "absolute_hours"]}
        label={t("security-absolute")}
        note={t("security-absolute-note")}
        unit={t("unit-hours")}
        range={[1, 720]}
      />
      <NumberSetting
        path={["sessions", "fresh_minutes"]}
        label={t("security-fresh")}
        note={t("security-fresh-note")}
        unit={t("unit-minutes")}
        range={[1, 60]}
      />
      <NumberSetting
        path={["sessions", "concurrent"]}
        label={t("security-concurrent")}
        note={t("security-concurrent-note")}
        unit={t("unit-sessions")}
        range={[1, 50]}
        optional
      />
      <Setting
        path={["sessions", "when_full"]}
        label={t("security-when-full")}
        note={t("security-when-full-note")}
      >
        <Radio.Group
          className="choices"
          aria-label={t("security-when-full")}
          options={(["oldest_goes", "newest_refused"] as const).map((choice) => ({
            value: choice,
            label: t(`security-${choice}`),
          }))}
        />
      </Setting>
    </Settings>
  );
}
