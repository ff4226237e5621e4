import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Input, InputNumber, Radio, Skeleton, Switch, Tabs } from "antd";
import { useCallback, useState } from "react";
import { api, body } from "../../api/client";
import type { SecurityPreview, SecuritySettings } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { useFormProblem } from "../../ui/useFormProblem";
import { ROLES } from "../admin/admin";
import { HoursFields } from "./HoursFields";
import { PreviewDialog } from "./PreviewDialog";
import { nameOfField, type SettingsValues, settingsOf, settingsQuery, valuesOf } from "./security";
import "./security.css";

/** What the organisation asks of passwords and sessions, and from where and when roles may be used. */
export function SecurityPage() {
  const t = useT();
  const { data, error, refetch } = useQuery(settingsQuery);
  return (
    <>
      <PageHeader title={t("security-title")} note={t("security-note")} />
      <div className="panel panel-body security">
        {error !== null ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : data === undefined ? (
          <Skeleton active title={false} />
        ) : (
          <SettingsForm key={data.tag} settings={data.settings} tag={data.tag} />
        )}
      </div>
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
  const draft = () => settingsOf(form.getFieldsValue(true));
  const refused = (error: unknown) => {
    setPreview(null);
    problem.show(error);
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
  const changeable = may("security_settings.update");
  const tabs = [
    { key: "passwords", label: t("security-passwords"), children: <Passwords /> },
    { key: "sessions", label: t("security-sessions"), children: <Sessions /> },
    { key: "places", label: t("security-places"), children: <Places /> },
  ];
  return (
    <Form<SettingsValues>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={!changeable}
      initialValues={valuesOf(settings)}
      onFinish={() => {
        problem.clear();
        review.mutate();
      }}
    >
      {!changeable && <Alert type="info" showIcon className="form-alert" title={t("security-read-only")} />}
      {problem.general !== null && (
        <Alert type="error" showIcon title={problem.general} className="form-alert" />
      )}
      <Tabs items={tabs.map((tab) => ({ ...tab, forceRender: true }))} />
      {changeable && (
        <Button type="primary" htmlType="submit" loading={review.isPending}>
          {t("security-review")}
        </Button>
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
  path: string[];
  label: string;
  range: [number, number];
  extra?: string;
  optional?: boolean;
}

function NumberField({ path, label, range, extra, optional = false }: NumberProps) {
  const t = useT();
  const [min, max] = range;
  return (
    <Form.Item
      name={path}
      label={label}
      extra={extra}
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
      <InputNumber precision={0} inputMode="numeric" className="number" />
    </Form.Item>
  );
}

function Passwords() {
  const t = useT();
  return (
    <>
      <NumberField path={["password", "min_length"]} label={t("security-min-length")} range={[8, 64]} />
      <Form.Item name={["password", "min_score"]} label={t("security-min-score")}>
        <Radio.Group
          options={[2, 3, 4].map((score) => ({ value: score, label: t(`password-score-${score}`) }))}
        />
      </Form.Item>
      <NumberField
        path={["password", "history"]}
        label={t("security-history")}
        range={[0, 24]}
        extra={t("security-history-note")}
      />
      <NumberField
        path={["password", "max_age_days"]}
        label={t("security-max-age")}
        range={[0, 365]}
        extra={t("security-max-age-note")}
      />
      <Form.Item
        name={["password", "breached_list"]}
        label={t("security-breached")}
        extra={t("security-breached-note")}
        valuePropName="checked"
      >
        <Switch aria-label={t("security-breached")} />
      </Form.Item>
    </>
  );
}

function Sessions() {
  const t = useT();
  return (
    <>
      <NumberField path={["sessions", "idle_minutes"]} label={t("security-idle")} range={[1, 1440]} />
      <NumberField path={["sessions", "absolute_hours"]} label={t("security-absolute")} range={[1, 720]} />
      <NumberField
        path={["sessions", "fresh_minutes"]}
        label={t("security-fresh")}
        range={[1, 60]}
        extra={t("security-fresh-note")}
      />
      <NumberField
        path={["sessions", "concurrent"]}
        label={t("security-concurrent")}
        range={[1, 50]}
        extra={t("security-concurrent-note")}
        optional
      />
      <Form.Item
        name={["sessions", "when_full"]}
        label={t("security-when-full")}
        extra={t("security-when-full-note")}
      >
        <Radio.Group
          options={(["oldest_goes", "newest_refused"] as const).map((choice) => ({
            value: choice,
            label: t(`security-${choice}`),
          }))}
        />
      </Form.Item>
    </>
  );
}

function Places() {
  const t = useT();
  return (
    <>
      <NetworksField
        path={["trusted_networks"]}
        label={t("security-trusted")}
        note={t("security-trusted-note")}
      />
      <HoursFields path={["working_hours"]} label={t("security-working-hours")} />
      <p className="soft">{t("security-roles-note")}</p>
      {ROLES.map((role) => (
        <section key={role} className="role-rules" aria-label={t(`role-${role}`)}>
          <h3>{t(`role-${role}`)}</h3>
          <NetworksField
            path={["roles", role, "networks"]}
            label={t("security-networks")}
            note={t("security-networks-note")}
          />
          <HoursFields path={["roles", role, "hours"]} label={t("security-hours")} />
        </section>
      ))}
    </>
  );
}

function NetworksField({ path, label, note }: { path: string[]; label: string; note: string }) {
  return (
    <Form.Item name={path} label={label} extra={note}>
      <Input.TextArea className="mono grows" maxLength={2500} />
    </Form.Item>
  );
}
