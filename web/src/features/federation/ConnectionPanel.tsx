import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Skeleton } from "antd";
import { useEffect } from "react";
import { api, body, done } from "../../api/client";
import type { Connection } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { useProblemText, useShowProblem } from "../../ui/useProblemText";
import "../sessions/sessions.css";
import { noteConnecting, type ProviderAnswer, takeForAccount } from "./connecting";
import { connectionsQuery, LEADING, signInProvidersQuery } from "./federation";

/** The identity providers one's own account is connected with; nothing where there are none. */
export function ConnectionPanel() {
  const t = useT();
  const format = useFormat();
  const text = useProblemText();
  const showProblem = useShowProblem();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const connections = useQuery(connectionsQuery);
  const providers = useQuery(signInProvidersQuery);
  const refresh = () => queryClient.invalidateQueries(connectionsQuery);
  const { mutate: connect, ...connecting } = useMutation({
    mutationFn: (answer: ProviderAnswer) => body(api.POST("/me/identities/callback", { body: answer })),
    onSuccess: () => void message.success(t("connection-added")),
    onSettled: refresh,
  });
  const leave = useMutation({
    mutationFn: (id: string) =>
      body(api.POST("/me/identities", { body: { provider_id: id, return_to: "/account" } })),
    onSuccess: ({ redirect }) => {
      noteConnecting(redirect);
      window.location.assign(redirect);
    },
    onError: showProblem,
  });
  const part = useMutation({
    mutationFn: ({ provider_id }: Connection) =>
      done(api.DELETE("/me/identities/{id}", { params: { path: { id: provider_id } } })),
    onSuccess: () => void message.success(t("connection-removed")),
    onError: showProblem,
    onSettled: refresh,
  });
  useEffect(() => {
    const answer = takeForAccount();
    if (answer !== null) connect(answer);
  }, [connect]);

  const confirm = (connection: Connection) =>
    modal.confirm({
      title: t("connection-remove-title", { name: connection.name }),
      content: t("connection-remove-text"),
      okText: t("connection-remove"),
      okButtonProps: { danger: true },
      onOk: () => part.mutate(connection),
    });

  const items = connections.data?.items ?? [];
  const connected = new Set(items.map(({ provider_id }) => provider_id));
  const others = (providers.data?.items ?? []).filter(
    ({ id, kind }) => LEADING.has(kind) && !connected.has(id),
  );
  const failed = connecting.isError;
  if (connections.isSuccess && items.length + others.length === 0 && !failed) return null;
  return (
    <section className="panel panel-body" aria-labelledby="connections-title">
      <h2 id="connections-title">{t("connections-title")}</h2>
      <p className="soft">{t("connections-note")}</p>
      {failed && <Alert type="error" showIcon className="form-alert" title={text.of(connecting.error)} />}
      {connections.isError ? (
        <ErrorState error={connections.error} onRetry={() => void connections.refetch()} />
      ) : connections.data === undefined ? (
        <Skeleton active title={false} />
      ) : (
        <ul className="sessions" aria-label={t("connections-title")}>
          {items.length === 0 && <li className="session soft">{t("connections-none")}</li>}
          {items.map((connection) => (
            <li key={connection.provider_id} className="session">
              <div className="session-facts">
                <strong>{connection.name}</strong>
                <span className="soft">{t(`provider-kind-${connection.kind}`)}</span>
                <span className="soft">
                  {connection.last_seen_at == null
                    ? t("connection-unused")
                    : t("connection-used", { at: format.dateTime(connection.last_seen_at) })}
                </span>
              </div>
              <Button
                danger
                size="small"
                aria-label={t("connection-remove-named", { name: connection.name })}
                onClick={() => confirm(connection)}
              >
                {t("connection-remove")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {others.length > 0 && (
        <div className="button-row">
          {others.map(({ id, name }) => (
            <Button
              key={id}
              loading={connecting.isPending || (leave.isPending && leave.variables === id)}
              onClick={() => leave.mutate(id)}
            >
              {t("connection-add", { name })}
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}
