import { useQuery } from "@tanstack/react-query";
import { Alert, Drawer, Segmented } from "antd";
import { useState } from "react";
import type { PersonUsage, RoleUsage } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { idPart, useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { OwnRoles } from "./OwnRoles";
import { ProposeButton } from "./ProposeButton";
import { type Part, type Shown, Unused, Used } from "./parts";
import "./unused.css";
import { usageQuery } from "./unused";

const DAYS = [30, 90, 180];

/** What roles grant and nobody used, and which role would have done. */
export function UnusedPage() {
  const t = useT();
  const format = useFormat();
  const [days, setDays] = useState(90);
  const [shown, setShown] = useState<Shown>();
  const usage = useQuery(usageQuery(days));
  const { data } = usage;
  const since = data?.log_since ?? data?.from;
  const short = data !== undefined && since !== undefined && since > data.from;
  return (
    <>
      <PageHeader title={t("unused-title")} note={t("unused-note")} />
      <div className="unused-days">
        <Segmented<number>
          aria-label={t("unused-days")}
          value={days}
          options={DAYS.map((count) => ({ value: count, label: t("unused-days-of", { count }) }))}
          onChange={setDays}
        />
      </div>
      {usage.isError ? (
        <div className="panel">
          <ErrorState error={usage.error} onRetry={() => void usage.refetch()} />
        </div>
      ) : (
        <>
          {short && since !== undefined && (
            <Alert
              type="info"
              showIcon
              className="form-alert"
              title={t("unused-short", { at: format.date(since) })}
            />
          )}
          <Roles rows={data?.roles} onShow={setShown} />
          {data !== undefined && data.own_roles.length > 0 && (
            <OwnRoles rows={data.own_roles} onShow={setShown} />
          )}
          <People rows={data?.people} onShow={setShown} />
        </>
      )}
      {shown !== undefined && (
        <Drawer open size={440} title={shown.title} onClose={() => setShown(undefined)}>
          <ul className="unused-list">
            {shown.unused.map((name) => (
              <li key={name}>{t(`action-${idPart(name)}`)}</li>
            ))}
          </ul>
        </Drawer>
      )}
    </>
  );
}

function Roles({ rows, onShow }: Part<RoleUsage>) {
  const t = useT();
  const columns: Column<RoleUsage>[] = [
    { key: "role", title: t("unused-role"), pinned: true, cell: ({ role }) => t(`role-${role}`) },
    {
      key: "used",
      title: t("unused-used"),
      cell: (row) => <Used of={row} label={t("unused-used-by", { name: t(`role-${row.role}`) })} />,
    },
    { key: "people", title: t("unused-people"), align: "end", cell: ({ people }) => people },
    {
      key: "unused",
      title: t("unused-unused"),
      cell: ({ role, unused }) => (
        <Unused unused={unused} title={t("unused-of-role", { name: t(`role-${role}`) })} onShow={onShow} />
      ),
    },
  ];
  return (
    <section className="panel unused-part" aria-labelledby="unused-roles">
      <div className="panel-head">
        <h2 id="unused-roles">{t("unused-roles")}</h2>
      </div>
      <DataTable label={t("unused-roles")} columns={columns} rows={rows} rowKey={({ role }) => role} />
    </section>
  );
}

function People({ rows, onShow }: Part<PersonUsage>) {
  const t = useT();
  const may = useMay();
  const format = useFormat();
  const roles = (held: string[]) =>
    held.length === 0 ? t("unused-no-role") : format.list(held.map((role) => t(`role-${role}`)));
  const columns: Column<PersonUsage>[] = [
    {
      key: "name",
      title: t("unused-person"),
      pinned: true,
      cell: ({ name, new: fresh }) => (
        <>
          {name} {fresh && <Pill tone="quiet">{t("unused-new")}</Pill>}
        </>
      ),
    },
    {
      key: "roles",
      title: t("unused-role"),
      cell: (row) =>
        row.own_roles.length === 0
          ? roles(row.roles)
          : format.list([...row.roles.map((role) => t(`role-${role}`)), ...row.own_roles]),
    },
    {
      key: "used",
      title: t("unused-used"),
      cell: (row) => <Used of={row} label={t("unused-used-by", { name: row.name })} />,
    },
    {
      key: "last",
      title: t("unused-last"),
      cell: ({ last_used_at: at }) => (at == null ? t("unused-never") : format.date(at)),
    },
    {
      key: "unused",
      title: t("unused-unused"),
      cell: ({ name, unused }) => (
        <Unused unused={unused} title={t("unused-of-person", { name })} onShow={onShow} />
      ),
    },
    {
      key: "proposal",
      title: t("unused-proposal"),
      cell: (row) =>
        row.proposal == null ? (
          "–"
        ) : (
          <span className="unused-proposal">
            {roles(row.proposal)}
            {may("user.grant") && <ProposeButton person={row} roles={roles(row.proposal)} />}
          </span>
        ),
    },
  ];
  return (
    <section className="panel unused-part" aria-labelledby="unused-by-person">
      <div className="panel-head">
        <h2 id="unused-by-person">{t("unused-by-person")}</h2>
      </div>
      <DataTable label={t("unused-by-person")} columns={columns} rows={rows} rowKey={({ id }) => id} />
    </section>
  );
}
