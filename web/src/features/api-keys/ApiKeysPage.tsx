import { KeyOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { ApiKey, ServiceAccount } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import "../admin/admin.css";
import { AccountDialog } from "./AccountDialog";
import "./api-keys.css";
import { serviceAccountsQuery, standing } from "./apiKeys";
import { KeyDrawer } from "./KeyDrawer";
import { RotateDialog } from "./RotateDialog";
import { SecretDialog } from "./SecretDialog";

type Dialog =
  | { kind: "account" }
  | { kind: "key"; account: ServiceAccount }
  | { kind: "rotate"; apiKey: ApiKey }
  | { kind: "secret"; secret: string };

/** Service accounts and their keys. */
export function ApiKeysPage() {
  const t = useT();
  const may = useMay();
  const list = useQuery(serviceAccountsQuery);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const made = (secret: string) => setDialog({ kind: "secret", secret });
  return (
    <>
      <PageHeader
        title={t("api-keys-title")}
        note={t("api-keys-note")}
        actions={
          may("user.create") && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setDialog({ kind: "account" })}
            >
              {t("service-account-create")}
            </Button>
          )
        }
      />
      {list.isError ? (
        <div className="panel">
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : list.data === undefined ? (
        <Skeleton active title={false} />
      ) : list.data.items.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<KeyOutlined />}
            title={t("service-accounts-none")}
            text={t("service-account-note")}
          />
        </div>
      ) : (
        <div className="service-accounts">
          {list.data.items.map((account) => (
            <Account
              key={account.id}
              account={account}
              onCreate={() => setDialog({ kind: "key", account })}
              onRotate={(apiKey) => setDialog({ kind: "rotate", apiKey })}
            />
          ))}
        </div>
      )}
      {dialog?.kind === "account" && <AccountDialog onClose={close} />}
      {dialog?.kind === "key" && (
        <KeyDrawer account={dialog.account} scopes={list.data?.scopes ?? []} onClose={close} onMade={made} />
      )}
      {dialog?.kind === "rotate" && <RotateDialog apiKey={dialog.apiKey} onClose={close} onMade={made} />}
      {dialog?.kind === "secret" && <SecretDialog secret={dialog.secret} onClose={close} />}
    </>
  );
}

interface AccountProps {
  account: ServiceAccount;
  onCreate: () => void;
  onRotate: (apiKey: ApiKey) => void;
}

function Account({ account, onCreate, onRotate }: AccountProps) {
  const t = useT();
  const may = useMay();
  const roles = account.roles.map((role) => t(`role-${role}`)).join(" · ");
  return (
    <section className="panel" aria-label={account.name}>
      <div className="panel-head">
        <div>
          <h2>{account.name}</h2>
          <p className="soft account-facts">
            {roles === "" ? (
              <Pill tone="caution">{t("service-account-no-role")}</Pill>
            ) : (
              <span>{`${roles} · ${t(`scope-${account.data_scope}`)}`}</span>
            )}
            {account.department_name != null && <span>{account.department_name}</span>}
          </p>
        </div>
        {account.active ? (
          may("api_key.create") && <Button onClick={onCreate}>{t("api-key-create")}</Button>
        ) : (
          <Pill tone="quiet">{t("user-status-disabled")}</Pill>
        )}
      </div>
      {account.keys.length === 0 ? (
        <p className="soft panel-body">{t("api-keys-none")}</p>
      ) : (
        <ul className="keys" aria-label={t("api-keys-of", { name: account.name })}>
          {account.keys.map((key) => (
            <Key key={key.id} apiKey={key} onRotate={() => onRotate(key)} />
          ))}
        </ul>
      )}
    </section>
  );
}

const TONES = { works: "brand", ending: "caution", ended: "quiet" } as const;

function Key({ apiKey, onRotate }: { apiKey: ApiKey; onRotate: () => void }) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const revoke = useMutation({
    mutationFn: () => done(api.DELETE("/api-keys/{id}", { params: { path: { id: apiKey.id } } })),
    onSuccess: () => {
      void message.success(t("api-key-revoked"));
      return queryClient.invalidateQueries({ queryKey: serviceAccountsQuery.queryKey });
    },
    onError: showProblem,
  });
  const confirm = () =>
    modal.confirm({
      title: t("api-key-revoke-title", { name: apiKey.name }),
      content: t("api-key-revoke-text"),
      okText: t("api-key-revoke"),
      okButtonProps: { danger: true },
      onOk: () => revoke.mutate(),
    });
  const state = standing(apiKey);
  const { last_used_at: usedAt, last_used_from: usedFrom } = apiKey;
  return (
    <li className={state === "ended" ? "key key-ended" : "key"}>
      <div className="key-facts">
        <span className="key-name">
          <strong>{apiKey.name}</strong>
          <Pill tone={TONES[state]}>{t(`api-key-${state}`, { at: format.dateTime(apiKey.expires_at) })}</Pill>
        </span>
        <span className="key-scopes">
          {apiKey.scopes.map((scope) => (
            <Pill key={scope} tone="quiet">
              {t(`api-scope-${scope.replace(".", "-")}`)}
            </Pill>
          ))}
        </span>
        <span className="key-notes soft">
          <span>
            {usedAt == null
              ? t("api-key-unused")
              : t("api-key-used", {
                  at: format.dateTime(usedAt),
                  address: usedFrom ?? t("sessions-address-unknown"),
                })}
          </span>
          <span>
            {apiKey.networks.length === 0
              ? t("api-key-anywhere")
              : t("api-key-from", { networks: format.list(apiKey.networks) })}
          </span>
          <span>
            {t("api-key-created", { at: format.date(apiKey.created_at), name: apiKey.created_by ?? "" })}
          </span>
        </span>
      </div>
      <span className="key-tools">
        {may("api_key.update") && state !== "ended" && (
          <Button
            size="small"
            aria-label={t("api-key-rotate-named", { name: apiKey.name })}
            onClick={onRotate}
          >
            {t("api-key-rotate")}
          </Button>
        )}
        {may("api_key.delete") && (
          <Button
            danger
            size="small"
            aria-label={t("api-key-revoke-named", { name: apiKey.name })}
            onClick={confirm}
          >
            {t("api-key-revoke")}
          </Button>
        )}
      </span>
    </li>
  );
}
