import {
  CalendarOutlined,
  LinkOutlined,
  LogoutOutlined,
  PlusOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Tooltip } from "antd";
import { useState } from "react";
import { api, body, done } from "../../api/client";
import type { ExternalAuditor } from "../../api/types";
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
import { SignInLinkDialog } from "../admin/users/SignInLinkDialog";
import { AuditTabs } from "./AuditTabs";
import "./audit.css";
import { ExternalDrawer } from "./ExternalDrawer";
import { externalAuditorsQuery } from "./external";

type Dialog =
  | { kind: "invite" }
  | { kind: "period"; auditor: ExternalAuditor }
  | { kind: "link"; name: string; link: string };

/** People from outside who look at a period of the log, until a day that is set. */
export function ExternalPage() {
  const t = useT();
  const may = useMay();
  const phone = usePhone();
  const format = useFormat();
  const { modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const list = useQuery(externalAuditorsQuery);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: externalAuditorsQuery.queryKey });
  const renew = useMutation({
    mutationFn: async ({ id, name }: ExternalAuditor) => {
      const made = await body(api.POST("/external-auditors/{id}/sign-in-link", { params: { path: { id } } }));
      return { kind: "link" as const, name, link: made.sign_in_link };
    },
    onSuccess: setDialog,
    onError: showProblem,
  });
  const end = useMutation({
    mutationFn: ({ id }: ExternalAuditor) =>
      done(api.DELETE("/external-auditors/{id}", { params: { path: { id } } })),
    onSuccess: refresh,
    onError: showProblem,
  });
  const confirmEnd = (auditor: ExternalAuditor) =>
    modal.confirm({
      title: t("external-end-title", { name: auditor.name }),
      content: t("external-end-text"),
      okText: t("external-end"),
      okButtonProps: { danger: true },
      onOk: () => end.mutate(auditor),
    });
  const confirmLink = (auditor: ExternalAuditor) =>
    modal.confirm({
      title: t("link-renew-title", { name: auditor.name }),
      content: t("external-link-text"),
      onOk: () => renew.mutate(auditor),
    });

  const period = ({ from, to }: ExternalAuditor) =>
    t("external-period-span", { from: format.dateTime(from), to: format.dateTime(to) });
  const standing = ({ active, ends_at }: ExternalAuditor) =>
    active ? format.dateTime(ends_at) : <Pill tone="quiet">{t("external-ended")}</Pill>;
  const tools = (auditor: ExternalAuditor) =>
    may("external_auditor.update") &&
    auditor.active && (
      <span className="row-tools">
        <Tool
          title={t("external-period-change")}
          icon={<CalendarOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "period", auditor })}
        />
        <Tool
          title={t("link-renew")}
          icon={<LinkOutlined aria-hidden />}
          onClick={() => confirmLink(auditor)}
        />
        <Tool
          title={t("external-end")}
          icon={<LogoutOutlined aria-hidden />}
          onClick={() => confirmEnd(auditor)}
        />
      </span>
    );
  const columns: Column<ExternalAuditor>[] = [
    {
      key: "name",
      title: t("user-name"),
      pinned: true,
      cell: ({ name, login }) => (
        <>
          {name} <span className="soft">{login}</span>
        </>
      ),
    },
    { key: "firm", title: t("external-firm"), cell: ({ firm }) => firm },
    { key: "period", title: t("external-period"), cell: period },
    { key: "end", title: t("external-ends-at"), cell: standing },
    { key: "by", title: t("external-invited-by"), cell: ({ invited_by }) => invited_by.name },
    { key: "tools", title: "", align: "end", cell: tools },
  ];
  const items = list.data?.items;
  return (
    <>
      <PageHeader
        title={t("audit-title")}
        note={t("external-note")}
        actions={
          may("external_auditor.create") && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setDialog({ kind: "invite" })}
            >
              {t("external-invite")}
            </Button>
          )
        }
      />
      <AuditTabs />
      {list.isError ? (
        <div className="panel">
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        </div>
      ) : items?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<UserOutlined aria-hidden />}
            title={t("external-none")}
            text={t("external-none-text")}
          />
        </div>
      ) : phone && items !== undefined ? (
        <ul className="cards">
          {items.map((auditor) => (
            <li key={auditor.id} className="card audit-card">
              <strong>{auditor.name}</strong>
              {standing(auditor)}
              <span className="card-facts">
                {auditor.firm} · {period(auditor)}
              </span>
              {tools(auditor)}
            </li>
          ))}
        </ul>
      ) : (
        <DataTable label={t("audit-tab-external")} columns={columns} rows={items} rowKey={({ id }) => id} />
      )}
      {(dialog?.kind === "invite" || dialog?.kind === "period") && (
        <ExternalDrawer
          auditor={dialog.kind === "period" ? dialog.auditor : null}
          onClose={close}
          onSaved={refresh}
          onLink={(name, link) => setDialog({ kind: "link", name, link })}
        />
      )}
      {dialog?.kind === "link" && <SignInLinkDialog name={dialog.name} link={dialog.link} onClose={close} />}
    </>
  );
}

interface ToolProps {
  title: string;
  icon: React.ReactNode;
  onClick: () => void;
}

function Tool({ title, icon, onClick }: ToolProps) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" aria-label={title} icon={icon} onClick={onClick} />
    </Tooltip>
  );
}
