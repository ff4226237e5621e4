import { DeleteOutlined, MailOutlined, RedoOutlined, SendOutlined, SettingOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Select, Tooltip } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { OutboxMessage } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { useCursors } from "../../ui/useCursors";
import { usePhone } from "../../ui/useMediaQuery";
import { useShowProblem } from "../../ui/useProblemText";
import "../admin/admin.css";
import "./outbox.css";
import { type MessageState, messagesQuery, STATES, settingsQuery, toneOf } from "./outbox";
import { SettingsDrawer } from "./SettingsDrawer";
import { TestDialog } from "./TestDialog";

const PAGE = 50;

/** What the system sends, in the hands of the system administrator. */
export function OutboxPage() {
  const t = useT();
  const may = useMay();
  const phone = usePhone();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [state, setState] = useState<MessageState>();
  const cursors = useCursors(`outbox-${state ?? ""}`);
  const page = useQuery(messagesQuery(PAGE, cursors.cursor, state));
  const settings = useQuery(settingsQuery);
  const [dialog, setDialog] = useState<"settings" | "test" | null>(null);

  const refresh = () => queryClient.invalidateQueries({ queryKey: ["outbox-messages"] });
  const retry = useMutation({
    mutationFn: ({ id }: OutboxMessage) =>
      done(api.POST("/outbox/messages/{id}/retry", { params: { path: { id } } })),
    onSuccess: refresh,
    onError: showProblem,
  });
  const remove = useMutation({
    mutationFn: ({ id }: OutboxMessage) =>
      done(api.DELETE("/outbox/messages/{id}", { params: { path: { id } } })),
    onSuccess: refresh,
    onError: showProblem,
  });
  const confirmRemoval = (message: OutboxMessage) =>
    modal.confirm({
      title: t("outbox-remove-title"),
      content: message.state === "sent" ? undefined : t("outbox-remove-text"),
      okText: t("outbox-remove"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(message),
    });

  const tools = (message: OutboxMessage) => (
    <span className="row-tools">
      {may("message.update") && message.retryable && (
        <Tool
          title={t("outbox-retry")}
          icon={<RedoOutlined aria-hidden />}
          onClick={() => retry.mutate(message)}
        />
      )}
      {may("message.delete") && message.state !== "sending" && (
        <Tool
          title={t("outbox-remove")}
          icon={<DeleteOutlined aria-hidden />}
          onClick={() => confirmRemoval(message)}
        />
      )}
    </span>
  );
  const kind = ({ channel, template }: OutboxMessage) =>
    `${t(`message-${template}`)} · ${t(`channel-${channel}`)}`;
  const columns: Column<OutboxMessage>[] = [
    { key: "kind", title: t("outbox-kind"), pinned: true, cell: kind },
    { key: "recipient", title: t("outbox-recipient"), cell: ({ recipient }) => recipient },
    { key: "state", title: t("outbox-state"), cell: (message) => <MessageStateCell message={message} /> },
    { key: "attempts", title: t("outbox-attempts"), align: "end", cell: ({ attempts }) => attempts },
    { key: "time", title: t("outbox-time"), cell: (message) => <Times message={message} /> },
    { key: "tools", title: t("row-tools"), align: "end", cell: tools },
  ];
  const rows = page.data?.items;
  return (
    <>
      <PageHeader
        title={t("outbox-title")}
        note={t("outbox-note")}
        actions={
          may("outbox.update") && (
            <>
              <Button icon={<SendOutlined aria-hidden />} onClick={() => setDialog("test")}>
                {t("outbox-test")}
              </Button>
              <Button
                type="primary"
                icon={<SettingOutlined aria-hidden />}
                disabled={settings.data === undefined}
                onClick={() => setDialog("settings")}
              >
                {t("outbox-settings")}
              </Button>
            </>
          )
        }
      />
      {settings.data !== undefined && settings.data.smtp == null && (
        <Alert type="warning" showIcon className="form-alert" title={t("outbox-unset")} />
      )}
      <div className="outbox-filter">
        <Select<MessageState | "">
          aria-label={t("outbox-state")}
          value={state ?? ""}
          onChange={(chosen) => setState(chosen === "" ? undefined : chosen)}
          options={[
            { value: "", label: t("outbox-all") },
            ...STATES.map((value) => ({ value, label: t(`message-state-${value}`) })),
          ]}
        />
      </div>
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<MailOutlined aria-hidden />}
            title={state === undefined ? t("outbox-none") : t("outbox-none-of-state")}
            text={state === undefined ? t("outbox-none-text") : undefined}
          />
        </div>
      ) : phone && rows !== undefined ? (
        <ul className="cards">
          {rows.map((message) => (
            <li key={message.id} className="card user-card">
              <strong>{kind(message)}</strong>
              <MessageStateCell message={message} />
              <span className="card-facts">
                {message.recipient} · <Times message={message} />
              </span>
              {tools(message)}
            </li>
          ))}
        </ul>
      ) : (
        <DataTable label={t("outbox-title")} columns={columns} rows={rows} rowKey={({ id }) => id} />
      )}
      {page.data !== undefined && (page.data.total ?? 0) > PAGE && (
        <ListFoot cursors={cursors} pageSize={PAGE} page={page.data} total={page.data.total ?? 0} />
      )}
      {dialog === "settings" && settings.data !== undefined && (
        <SettingsDrawer settings={settings.data} onClose={() => setDialog(null)} />
      )}
      {dialog === "test" && <TestDialog onClose={() => setDialog(null)} />}
    </>
  );
}

function MessageStateCell({ message }: { message: OutboxMessage }) {
  const t = useT();
  return (
    <span className="outbox-state">
      <Pill tone={toneOf(message)}>{t(`message-state-${message.state}`)}</Pill>
      {message.error != null && <span className="soft">{t(`message-error-${message.error}`)}</span>}
    </span>
  );
}

function Times({ message }: { message: OutboxMessage }) {
  const t = useT();
  const format = useFormat();
  const { next_attempt_at: next, attempts } = message;
  return (
    <>
      {format.dateTime(message.sent_at ?? message.created_at)}
      {next != null && attempts > 0 && (
        <span className="soft"> {t("outbox-next-attempt", { at: format.dateTime(next) })}</span>
      )}
    </>
  );
}

function Tool({ title, icon, onClick }: { title: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" icon={icon} aria-label={title} onClick={onClick} />
    </Tooltip>
  );
}
