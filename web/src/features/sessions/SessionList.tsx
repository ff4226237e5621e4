import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Skeleton } from "antd";
import { ApiError } from "../../api/problem";
import type { SignedInDevice } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useShowProblem } from "../../ui/useProblemText";
import "./sessions.css";
import { endSessions, type Owner, sessionsQuery } from "./sessions";

const END = "session.delete";

/** The sessions of a person, to be recognised and ended. */
export function SessionList({ owner }: { owner: Owner }) {
  const t = useT();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const list = useQuery(sessionsQuery(owner));
  const end = useMutation({
    mutationFn: (id: string | null) => endSessions(owner, id),
    onSuccess: () => void message.success(t("sessions-ended")),
    onError: (error) => {
      // Ended in the meantime: what was wanted.
      if (!(error instanceof ApiError && error.status === 404)) showProblem(error);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: sessionsQuery(owner).queryKey }),
  });
  const confirm = (id: string | null, title: string) =>
    modal.confirm({
      title,
      content: t(owner.own ? "sessions-end-text" : "sessions-end-text-other"),
      okText: t("sessions-end"),
      okButtonProps: { danger: true },
      onOk: () => end.mutate(id),
    });

  if (list.isError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton active title={false} />;
  const { items } = list.data;
  const endable = items.filter(({ actions, current }) => actions.includes(END) && !current);
  return (
    <>
      {items.length === 0 ? (
        <p className="soft">{t("sessions-none")}</p>
      ) : (
        <ul className="sessions" aria-label={t("sessions-title")}>
          {items.map((item) => {
            const name = t("sessions-device", {
              browser: t(`browser-${item.browser}`),
              system: t(`system-${item.system}`),
            });
            return (
              <li key={item.id} className="session">
                <Facts name={name} item={item} />
                {endable.includes(item) && (
                  <Button
                    danger
                    size="small"
                    aria-label={t("sessions-end-named", { name })}
                    onClick={() => confirm(item.id, t("sessions-end-title", { name }))}
                  >
                    {t("sessions-end")}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {endable.length > (owner.own ? 0 : 1) && (
        <Button
          danger
          loading={end.isPending}
          onClick={() =>
            confirm(
              null,
              owner.own ? t("sessions-end-others-title") : t("sessions-end-all-title", { name: owner.name }),
            )
          }
        >
          {t(owner.own ? "sessions-end-others" : "sessions-end-all")}
        </Button>
      )}
    </>
  );
}

function Facts({ name, item }: { name: string; item: SignedInDevice }) {
  const t = useT();
  const format = useFormat();
  const place = (address: string | null | undefined) => address ?? t("sessions-address-unknown");
  return (
    <div className="session-facts">
      <span className="session-name">
        <strong>{name}</strong>
        {item.current && <Pill tone="brand">{t("sessions-current")}</Pill>}
      </span>
      <span className="soft">
        {t("sessions-used", { at: format.dateTime(item.last_used_at), address: place(item.last_used_from) })}
      </span>
      <span className="soft">
        {t("sessions-made", { at: format.dateTime(item.made_at), address: place(item.made_from) })}
      </span>
    </div>
  );
}
