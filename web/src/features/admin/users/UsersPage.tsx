import {
  DesktopOutlined,
  KeyOutlined,
  LinkOutlined,
  LogoutOutlined,
  MailOutlined,
  MobileOutlined,
  SafetyOutlined,
  StopOutlined,
  SwapOutlined,
  UserAddOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Tooltip } from "antd";
import { useState } from "react";
import { api, body, done, ifMatch } from "../../../api/client";
import type { User } from "../../../api/types";
import { useMay, useSession } from "../../../app/session/session";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { type Column, DataTable } from "../../../ui/DataTable";
import { ErrorState } from "../../../ui/ErrorState";
import { ListFoot } from "../../../ui/ListFoot";
import { PageHeader } from "../../../ui/PageHeader";
import { Pill } from "../../../ui/Pill";
import { useCursors } from "../../../ui/useCursors";
import { usePhone } from "../../../ui/useMediaQuery";
import { useShowProblem } from "../../../ui/useProblemText";
import { DevicesDrawer } from "../../devices/DevicesDrawer";
import { RuleDrawer } from "../../devices/RuleDrawer";
import { LeaveDrawer } from "../../lifecycle/LeaveDrawer";
import { MoveDrawer } from "../../lifecycle/MoveDrawer";
import { usersQuery } from "../admin";
import "../admin.css";
import { ResetFactors } from "../../factors/ResetFactors";
import { AccessDrawer } from "./AccessDrawer";
import { SessionsDrawer } from "./SessionsDrawer";
import { SignInLinkDialog } from "./SignInLinkDialog";
import { UserDrawer } from "./UserDrawer";

const PAGE = 50;

type Dialog =
  | { kind: "new" }
  | { kind: "edit" | "access" | "sessions" | "devices" | "factors" | "move" | "leave"; user: User }
  | { kind: "rule" }
  | { kind: "link"; name: string; link: string };

export function UsersPage() {
  const t = useT();
  const may = useMay();
  const session = useSession();
  const phone = usePhone();
  const format = useFormat();
  const { message, modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const cursors = useCursors("users");
  const page = useQuery(usersQuery(PAGE, cursors.cursor));
  const [dialog, setDialog] = useState<Dialog | null>(null);

  const renew = useMutation({
    mutationFn: async ({ id, name }: User) => {
      const { sign_in_link } = await body(api.POST("/users/{id}/sign-in-link", { params: { path: { id } } }));
      return { kind: "link" as const, name, link: sign_in_link };
    },
    onSuccess: setDialog,
    onError: showProblem,
  });
  const setStatus = useMutation({
    mutationFn: ({ id, version, status }: User) =>
      body(
        api.PATCH("/users/{id}", {
          params: { path: { id }, header: { "If-Match": ifMatch(version) } },
          body: { status: status === "active" ? "disabled" : "active" },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["users"] }),
    onError: showProblem,
  });
  const confirmLink = (user: User) =>
    modal.confirm({
      title: t("link-renew-title", { name: user.name }),
      content: t(user.totp ? "link-renew-text-enrolled" : "link-renew-text-new"),
      onOk: () => renew.mutate(user),
    });
  const invite = useMutation({
    mutationFn: ({ id }: User) =>
      done(api.POST("/users/{id}/invitation", { params: { path: { id } }, body: {} })),
    onSuccess: () => void message.success(t("invite-again-sent")),
    onError: showProblem,
  });
  const confirmInvitation = (user: User) =>
    modal.confirm({
      title: t("invite-again-title", { name: user.name }),
      content: t("invite-again-text"),
      onOk: () => invite.mutate(user),
    });
  const confirmStatus = (user: User) =>
    user.status === "disabled"
      ? setStatus.mutate(user)
      : modal.confirm({
          title: t("user-disable-title", { name: user.name }),
          content: t("user-disable-text"),
          okText: t("user-disable"),
          okButtonProps: { danger: true },
          onOk: () => setStatus.mutate(user),
        });

  const tools = (user: User) => (
    <span className="row-tools">
      {may("user.grant") && (
        <Tool
          title={t("user-access")}
          icon={<SafetyOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "access", user })}
        />
      )}
      {may("user.grant") && user.factors.length > 0 && (
        <Tool
          title={t("factors-reset")}
          icon={<KeyOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "factors", user })}
        />
      )}
      {may("session.list") && (
        <Tool
          title={t("sessions-title")}
          icon={<DesktopOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "sessions", user })}
        />
      )}
      {may("device_rule.read") && (
        <Tool
          title={t("devices-title")}
          icon={<MobileOutlined aria-hidden />}
          onClick={() => setDialog({ kind: "devices", user })}
        />
      )}
      {may("user.update") && (
        <>
          <Tool
            title={t("user-edit")}
            icon={<UserOutlined aria-hidden />}
            onClick={() => setDialog({ kind: "edit", user })}
          />
          {!user.service && (
            <Tool
              title={t("link-renew")}
              icon={<LinkOutlined aria-hidden />}
              onClick={() => confirmLink(user)}
            />
          )}
          {!user.service && user.last_sign_in_at == null && (
            <Tool
              title={t("invite-again")}
              icon={<MailOutlined aria-hidden />}
              onClick={() => confirmInvitation(user)}
            />
          )}
          {/* Nobody moves, lets go or disables themselves. */}
          {user.id !== session.user.id && (
            <>
              <Tool
                title={t("move")}
                icon={<SwapOutlined aria-hidden />}
                onClick={() => setDialog({ kind: "move", user })}
              />
              <Tool
                title={t("leave")}
                icon={<LogoutOutlined aria-hidden />}
                onClick={() => setDialog({ kind: "leave", user })}
              />
              <Tool
                title={user.status === "active" ? t("user-disable") : t("user-enable")}
                icon={<StopOutlined aria-hidden />}
                onClick={() => confirmStatus(user)}
              />
            </>
          )}
        </>
      )}
    </span>
  );
  const roles = (user: User) =>
    user.roles.length === 0 ? (
      <span className="absent">{t("user-no-role")}</span>
    ) : (
      user.roles.map((role) => t(`role-${role}`)).join(" · ")
    );
  const columns: Column<User>[] = [
    {
      key: "name",
      title: t("user-name"),
      pinned: true,
      cell: (user) => (
        <span className="person">
          <Avatar name={user.name} small />
          {user.name}{" "}
          {user.service ? (
            <Pill tone="info">{t("user-service")}</Pill>
          ) : (
            <span className="soft">{user.login}</span>
          )}
        </span>
      ),
    },
    { key: "roles", title: t("user-roles"), cell: roles },
    { key: "scope", title: t("user-scope"), cell: ({ data_scope }) => t(`scope-${data_scope}`) },
    { key: "department", title: t("user-department"), cell: ({ department_name }) => department_name ?? "–" },
    { key: "status", title: t("user-status"), cell: (user) => <UserStatus user={user} /> },
    {
      key: "totp",
      title: t("user-second-factor"),
      cell: ({ factors }) =>
        factors.length === 0
          ? t("user-no-second-factor")
          : factors.map((kind) => t(`factor-${kind}`)).join(" · "),
    },
    {
      key: "last",
      title: t("user-last-sign-in"),
      cell: ({ last_sign_in_at }) => (last_sign_in_at == null ? "–" : format.dateTime(last_sign_in_at)),
    },
    { key: "tools", title: t("row-tools"), align: "end", cell: tools },
  ];
  return (
    <>
      <PageHeader
        title={t("users-title")}
        note={page.data === undefined ? undefined : t("users-total", { total: page.data.total ?? 0 })}
        actions={
          <>
            {may("device_rule.update") && (
              <Button icon={<MobileOutlined aria-hidden />} onClick={() => setDialog({ kind: "rule" })}>
                {t("device-rule-title")}
              </Button>
            )}
            {may("user.create") && (
              <Button
                type="primary"
                icon={<UserAddOutlined aria-hidden />}
                onClick={() => setDialog({ kind: "new" })}
              >
                {t("user-create")}
              </Button>
            )}
          </>
        }
      />
      <Alert type="info" showIcon className="form-alert" title={t("separation-note")} />
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : phone && page.data !== undefined ? (
        <ul className="cards">
          {page.data.items.map((user) => (
            <li key={user.id} className="card user-card">
              <span className="person">
                <Avatar name={user.name} />
                <span>
                  <strong>{user.name}</strong>{" "}
                  {user.service ? (
                    <Pill tone="info">{t("user-service")}</Pill>
                  ) : (
                    <span className="soft">{user.login}</span>
                  )}
                </span>
              </span>
              <UserStatus user={user} />
              <span className="card-facts">
                {roles(user)} · {t(`scope-${user.data_scope}`)}
              </span>
              {tools(user)}
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("users-title")}
          columns={columns}
          rows={page.data?.items}
          rowKey={({ id }) => id}
        />
      )}
      {page.data !== undefined && (page.data.total ?? 0) > PAGE && (
        <ListFoot cursors={cursors} pageSize={PAGE} page={page.data} total={page.data.total ?? 0} />
      )}
      {dialog?.kind === "new" && (
        <UserDrawer
          user={null}
          onClose={() => setDialog(null)}
          onLink={(name, link) => setDialog({ kind: "link", name, link })}
        />
      )}
      {dialog?.kind === "edit" && <UserDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "access" && <AccessDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "factors" && <ResetFactors user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "sessions" && <SessionsDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "move" && <MoveDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "leave" && <LeaveDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "devices" && <DevicesDrawer user={dialog.user} onClose={() => setDialog(null)} />}
      {dialog?.kind === "rule" && <RuleDrawer onClose={() => setDialog(null)} />}
      {dialog?.kind === "link" && (
        <SignInLinkDialog name={dialog.name} link={dialog.link} onClose={() => setDialog(null)} />
      )}
    </>
  );
}

function UserStatus({ user }: { user: User }) {
  const t = useT();
  return <Pill tone={user.status === "active" ? "brand" : "quiet"}>{t(`user-status-${user.status}`)}</Pill>;
}

function Tool({ title, icon, onClick }: { title: string; icon: React.ReactNode; onClick: () => void }) {
  return (
    <Tooltip title={title}>
      <Button type="text" size="small" icon={icon} aria-label={title} onClick={onClick} />
    </Tooltip>
  );
}
