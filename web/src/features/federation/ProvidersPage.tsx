import {
  ApiOutlined,
  DeleteOutlined,
  EditOutlined,
  IdcardOutlined,
  KeyOutlined,
  PlusOutlined,
  SafetyOutlined,
} from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Switch, Tooltip } from "antd";
import { type ReactNode, useState } from "react";
import { api, body, done, ifMatch } from "../../api/client";
import type { IdentityProvider } from "../../api/types";
import { PagePending } from "../../app/layout/PageStates";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { usePhone } from "../../ui/useMediaQuery";
import { useShowProblem } from "../../ui/useProblemText";
import "../admin/admin.css";
import { standing } from "../api-keys/apiKeys";
import "./federation.css";
import { providersQuery } from "./federation";
import { MappingDrawer } from "./MappingDrawer";
import { ProviderDrawer } from "./ProviderDrawer";
import { ProvisioningDialog } from "./ProvisioningDialog";

type Dialog =
  | { kind: "edit"; provider: IdentityProvider | null }
  | { kind: "mapping"; provider: IdentityProvider }
  | { kind: "token"; provider: IdentityProvider };

const TONES = { works: "brand", ending: "caution", ended: "danger" } as const;

export function ProvidersPage() {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const phone = usePhone();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const providers = useQuery(providersQuery);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const refresh = () => queryClient.invalidateQueries(providersQuery);
  const at = ({ id, version }: IdentityProvider) => ({
    path: { id },
    header: { "If-Match": ifMatch(version) },
  });

  const enable = useMutation({
    mutationFn: (provider: IdentityProvider) =>
      body(
        api.PATCH("/identity-providers/{id}", {
          params: at(provider),
          body: { enabled: !provider.enabled },
        }),
      ),
    onSuccess: refresh,
    onError: showProblem,
  });
  const test = useMutation({
    mutationFn: ({ id }: IdentityProvider) =>
      done(api.POST("/identity-providers/{id}/test", { params: { path: { id } } })),
    onSuccess: () => void message.success(t("provider-test-good")),
    onError: showProblem,
  });
  const remove = useMutation({
    mutationFn: (provider: IdentityProvider) =>
      done(api.DELETE("/identity-providers/{id}", { params: at(provider) })),
    onSuccess: refresh,
    onError: showProblem,
  });

  const confirmRemoval = (provider: IdentityProvider) =>
    modal.confirm({
      title: t("provider-remove-title", { name: provider.name }),
      content: t("provider-remove-text"),
      okText: t("provider-remove"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(provider),
    });

  const state = (provider: IdentityProvider) =>
    provider.approved ? (
      <Pill tone="brand">{t("provider-approved")}</Pill>
    ) : (
      <Pill tone="caution">{t("provider-not-approved")}</Pill>
    );
  const provisioning = ({ provisioning: token }: IdentityProvider) => {
    if (!token) return null;
    const state = standing(token);
    return (
      <Pill tone={TONES[state]}>{t(`provider-token-${state}`, { at: format.date(token.expires_at) })}</Pill>
    );
  };
  const tools = (provider: IdentityProvider) => (
    <span className="row-tools">
      {may("identity_provider.grant") && (
        <Tool
          title={t("provider-mapping")}
          icon={<SafetyOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "mapping", provider })}
        />
      )}
      {may("identity_provider.update") && (
        <>
          <Tool
            title={t("provider-edit")}
            icon={<EditOutlined aria-hidden />}
            onClick={() => setDialog({ kind: "edit", provider })}
          />
          <Tool
            title={t("provider-test")}
            icon={<ApiOutlined aria-hidden />}
            onClick={() => test.mutate(provider)}
          />
          <Tool
            title={t("provider-token")}
            icon={<KeyOutlined aria-hidden />}
            onClick={() => setDialog({ kind: "token", provider })}
          />
          <Tool
            title={t("provider-remove")}
            icon={<DeleteOutlined aria-hidden />}
            onClick={() => confirmRemoval(provider)}
          />
        </>
      )}
    </span>
  );
  const enabled = (provider: IdentityProvider) => (
    <Switch
      size="small"
      checked={provider.enabled}
      disabled={!may("identity_provider.update")}
      aria-label={t("provider-enabled-of", { name: provider.name })}
      onChange={() => enable.mutate(provider)}
    />
  );

  if (providers.isError) {
    return (
      <div className="panel">
        <ErrorState error={providers.error} onRetry={() => void providers.refetch()} />
      </div>
    );
  }
  if (providers.data === undefined) return <PagePending />;
  const { items, address } = providers.data;
  const columns: Column<IdentityProvider>[] = [
    { key: "name", title: t("provider-name"), pinned: true, cell: ({ name }) => name },
    { key: "kind", title: t("provider-kind"), cell: ({ kind }) => t(`provider-kind-${kind}`) },
    { key: "groups", title: t("provider-mapping"), cell: state },
    {
      key: "scim",
      title: t("provider-token"),
      cell: (provider) => provisioning(provider) ?? "–",
    },
    { key: "enabled", title: t("provider-enabled"), cell: enabled },
    { key: "tools", title: t("row-tools"), align: "end", cell: tools },
  ];
  return (
    <>
      <PageHeader
        title={t("providers-title")}
        note={t("providers-note")}
        actions={
          may("identity_provider.create") && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setDialog({ kind: "edit", provider: null })}
            >
              {t("provider-create")}
            </Button>
          )
        }
      />
      {items.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<IdcardOutlined aria-hidden />}
            title={t("providers-none")}
            text={t("providers-none-text")}
          />
        </div>
      ) : phone ? (
        <ul className="cards">
          {items.map((provider) => (
            <li key={provider.id} className="card user-card">
              <span>
                <strong>{provider.name}</strong>{" "}
                <span className="soft">{t(`provider-kind-${provider.kind}`)}</span>
              </span>
              {enabled(provider)}
              <span className="card-facts">
                {state(provider)} {provisioning(provider)}
              </span>
              {tools(provider)}
            </li>
          ))}
        </ul>
      ) : (
        <DataTable label={t("providers-title")} columns={columns} rows={items} rowKey={({ id }) => id} />
      )}
      {dialog?.kind === "edit" && (
        <ProviderDrawer provider={dialog.provider} server={address} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === "mapping" && (
        <MappingDrawer provider={dialog.provider} onClose={() => setDialog(null)} />
      )}
      {dialog?.kind === "token" && (
        <ProvisioningDialog provider={dialog.provider} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function Tool({ title, icon, onClick }: { title: string; icon: ReactNode; onClick: () => void }) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" icon={icon} aria-label={title} onClick={onClick} />
    </Tooltip>
  );
}
