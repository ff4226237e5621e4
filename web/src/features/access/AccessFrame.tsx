import { Link, useBlocker } from "@tanstack/react-router";
import { Modal, Skeleton } from "antd";
import type { ReactNode } from "react";
import type { AccessConfiguration, AccessRules } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import "./access.css";
import { DraftBar } from "./draft/DraftBar";
import { type Access, useAccess } from "./draft/useAccess";

const HERE = "/admin/access";

const TABS = [
  { to: "/admin/access", label: "access-tab-roles", permission: "access_rules.read" },
  { to: "/admin/access/rules", label: "access-tab-rules", permission: "access_rules.read" },
  { to: "/admin/access/labels", label: "access-tab-labels", permission: "access_rules.read" },
  { to: "/admin/access/people", label: "access-tab-people", permission: "access_people.list" },
  { to: "/admin/access/teams", label: "access-tab-teams", permission: "access_teams.list" },
] as const;

interface Props {
  note: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages about access: their tabs, and the draft wherever one is under way. */
export function AccessFrame({ note, actions, children }: Props) {
  const t = useT();
  const may = useMay();
  const access = useAccess();
  return (
    <>
      <PageHeader title={t("access-title")} note={note} actions={actions} />
      <nav className="desk-tabs" aria-label={t("access-parts")}>
        {TABS.filter(({ permission }) => may(permission)).map(({ to, label }) => (
          <Link key={to} to={to} activeOptions={{ exact: true }}>
            {t(label)}
          </Link>
        ))}
      </nav>
      {children}
      {access.draft !== null && <DraftBar access={access} />}
      <Leaving draft={access.draft !== null} />
    </>
  );
}

/** Says what becomes of a draft before one leaves it. */
function Leaving({ draft }: { draft: boolean }) {
  const t = useT();
  const leaving = useBlocker({
    shouldBlockFn: ({ next }) => draft && next.pathname !== HERE && !next.pathname.startsWith(`${HERE}/`),
    enableBeforeUnload: draft,
    withResolver: true,
  });
  return (
    <Modal
      open={leaving.status === "blocked"}
      title={t("access-leave-title")}
      okText={t("access-leave")}
      cancelText={t("access-leave-not")}
      onOk={leaving.proceed}
      onCancel={leaving.reset}
      width={440}
    >
      <p>{t("access-leave-text")}</p>
    </Modal>
  );
}

interface LoadedProps {
  access: Access;
  children: (saved: AccessRules, current: AccessConfiguration) => ReactNode;
}

/** What is in force and drafted, once it is there. */
export function Loaded({ access: { saved, current }, children }: LoadedProps) {
  if (saved.isError && saved.data === undefined) {
    return (
      <div className="panel">
        <ErrorState error={saved.error} onRetry={() => void saved.refetch()} />
      </div>
    );
  }
  if (saved.data === undefined || current === undefined) return <Skeleton active title={false} />;
  return children(saved.data, current);
}
