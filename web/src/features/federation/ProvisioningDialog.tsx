import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Form, Modal, Select } from "antd";
import { useState } from "react";
import { api, body, done, ifMatch } from "../../api/client";
import type { IdentityProvider } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";
import { LIVES } from "../api-keys/apiKeys";
import { providersQuery, provisioningUri } from "./federation";
import { Address } from "./ProviderDrawer";

interface Props {
  provider: IdentityProvider;
  onClose: () => void;
}

/** Makes the token by which a provider keeps accounts here, shows it this once, or takes it away. */
export function ProvisioningDialog({ provider, onClose }: Props) {
  const t = useT();
  const format = useFormat();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [form] = Form.useForm<{ days: number }>();
  const [token, setToken] = useState<string | null>(null);
  const at = { path: { id: provider.id }, header: { "If-Match": ifMatch(provider.version) } };
  const refresh = () => queryClient.invalidateQueries(providersQuery);
  const issue = useMutation({
    mutationFn: ({ days }: { days: number }) =>
      body(api.POST("/identity-providers/{id}/provisioning-token", { params: at, body: { days } })),
    onSuccess: async (made) => {
      setToken(made.token);
      await refresh();
    },
    onError: showProblem,
  });
  const withdraw = useMutation({
    mutationFn: () => done(api.DELETE("/identity-providers/{id}/provisioning-token", { params: at })),
    onSuccess: refresh,
    onError: showProblem,
  });
  if (token !== null) {
    return (
      <Modal
        open
        title={t("provider-token")}
        onCancel={onClose}
        mask={{ closable: false }}
        keyboard={false}
        footer={
          <Button type="primary" onClick={onClose}>
            {t("api-key-stored")}
          </Button>
        }
      >
        <Alert type="warning" showIcon title={t("provider-token-once")} className="form-alert" />
        <Address label={t("provider-token-address")} address={provisioningUri()} />
        <Address label={t("provider-token-value")} address={token} />
      </Modal>
    );
  }
  const { provisioning } = provider;
  const confirmWithdrawal = () => {
    onClose();
    modal.confirm({
      title: t("provider-token-withdraw-title", { name: provider.name }),
      content: t("provider-token-withdraw-text"),
      okText: t("provider-token-withdraw"),
      okButtonProps: { danger: true },
      onOk: () => withdraw.mutate(),
    });
  };
  return (
    <Modal
      open
      title={t("provider-token-of", { name: provider.name })}
      onCancel={onClose}
      footer={[
        provisioning && (
          <Button key="withdraw" danger onClick={confirmWithdrawal}>
            {t("provider-token-withdraw")}
          </Button>
        ),
        <Button key="issue" type="primary" loading={issue.isPending} onClick={form.submit}>
          {t(provisioning ? "provider-token-rotate" : "provider-token-create")}
        </Button>,
      ]}
    >
      <p className="soft provider-note">
        {t(provisioning ? "provider-token-renew" : "provider-token-new")}
        <br />
        {provisioning &&
          (provisioning.last_used_at == null
            ? t("provider-token-unused")
            : t("provider-token-used", { at: format.dateTime(provisioning.last_used_at) }))}
      </p>
      <Form
        form={form}
        layout="vertical"
        initialValues={{ days: 180 }}
        onFinish={(values: { days: number }) => issue.mutate(values)}
      >
        <Form.Item name="days" label={t("api-key-life")}>
          <Select options={LIVES.map((days) => ({ value: days, label: t("api-key-days", { days }) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
