import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { useState } from "react";
import { api, body, done } from "../../api/client";
import { passkeysSupported } from "../../api/passkey";
import type { Factor } from "../../api/types";
import { sessionQuery } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { useShowProblem } from "../../ui/useProblemText";
import "../sessions/sessions.css";
import { AddPasskey } from "./AddPasskey";
import { AddTotp } from "./AddTotp";
import { factorsQuery } from "./factors";
import { NewCodes } from "./NewCodes";
import { RenameFactor } from "./RenameFactor";

type Dialog =
  | { kind: "passkey" | "totp" }
  | { kind: "rename"; factor: Factor }
  | { kind: "codes"; codes: string[] };

/** One's own ways to sign in: list, add, rename, remove, and the recovery codes. */
export function FactorList() {
  const t = useT();
  const format = useFormat();
  const { modal, message } = App.useApp();
  const showProblem = useShowProblem();
  const queryClient = useQueryClient();
  const list = useQuery(factorsQuery);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries(factorsQuery),
      // It says by what the person can prove who they are.
      queryClient.invalidateQueries(sessionQuery),
    ]);
  const remove = useMutation({
    mutationFn: ({ id }: Factor) =>
      done(api.DELETE("/me/factors/{factor_id}", { params: { path: { factor_id: id } } })),
    onSuccess: () => void message.success(t("factor-removed")),
    onError: showProblem,
    onSettled: refresh,
  });
  const renew = useMutation({
    mutationFn: () => body(api.POST("/me/recovery-codes")),
    onSuccess: ({ recovery_codes }) => setDialog({ kind: "codes", codes: recovery_codes }),
    onError: showProblem,
    onSettled: refresh,
  });
  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton active title={false} />;
  const { items, recovery_codes } = list.data;
  const nameOf = ({ name, kind }: Factor) => name ?? t(`factor-${kind}`);
  const close = () => {
    setDialog(null);
    void refresh();
  };
  const confirmRemoval = (factor: Factor) =>
    modal.confirm({
      title: t("factor-remove-title", { name: nameOf(factor) }),
      content: t(`factor-remove-text-${factor.kind}`),
      okText: t("factor-remove"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(factor),
    });
  const confirmRenewal = () =>
    modal.confirm({
      title: t("recovery-renew-title"),
      content: t("recovery-renew-text"),
      okText: t("recovery-renew"),
      onOk: () => renew.mutate(),
    });
  return (
    <>
      <ul className="sessions" aria-label={t("factors-title")}>
        {items.length === 0 && <li className="session soft">{t("factors-none")}</li>}
        {items.map((factor) => (
          <li key={factor.id} className="session">
            <div className="session-facts">
              <strong>{nameOf(factor)}</strong>
              <span className="soft">
                {t("factor-facts", {
                  kind: t(`factor-${factor.kind}`),
                  at: format.dateTime(factor.created_at),
                })}
              </span>
              {factor.last_used_at != null && (
                <span className="soft">{t("factor-used", { at: format.dateTime(factor.last_used_at) })}</span>
              )}
            </div>
            <span className="button-row">
              <Button
                size="small"
                aria-label={t("factor-rename-named", { name: nameOf(factor) })}
                onClick={() => setDialog({ kind: "rename", factor })}
              >
                {t("factor-rename")}
              </Button>
              <Button
                danger
                size="small"
                aria-label={t("factor-remove-named", { name: nameOf(factor) })}
                onClick={() => confirmRemoval(factor)}
              >
                {t("factor-remove")}
              </Button>
            </span>
          </li>
        ))}
        <li className="session">
          <div className="session-facts">
            <strong>{t("recovery-list")}</strong>
            <span className="soft">{t("recovery-left", { count: recovery_codes })}</span>
          </div>
          <Button size="small" loading={renew.isPending} onClick={confirmRenewal}>
            {t("recovery-renew")}
          </Button>
        </li>
      </ul>
      <div className="button-row">
        {passkeysSupported() && (
          <Button type="primary" onClick={() => setDialog({ kind: "passkey" })}>
            {t("factor-add-passkey")}
          </Button>
        )}
        <Button onClick={() => setDialog({ kind: "totp" })}>{t("factor-add-totp")}</Button>
      </div>
      {dialog?.kind === "passkey" && <AddPasskey onClose={close} />}
      {dialog?.kind === "totp" && <AddTotp onClose={close} />}
      {dialog?.kind === "rename" && <RenameFactor factor={dialog.factor} onClose={close} />}
      {dialog?.kind === "codes" && <NewCodes codes={dialog.codes} onClose={close} />}
    </>
  );
}
