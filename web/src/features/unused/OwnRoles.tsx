import { useNavigate } from "@tanstack/react-router";
import { App, Button } from "antd";
import type { OwnRoleUsage } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { useAccess } from "../access/draft/useAccess";
import { withoutActions } from "../access/roles/roles";
import { type Part, Unused, Used } from "./parts";

/** Roles of the organisation's own: what they grant and nobody used. */
export function OwnRoles({ rows, onShow }: Part<OwnRoleUsage>) {
  const t = useT();
  const may = useMay();
  const columns: Column<OwnRoleUsage>[] = [
    { key: "role", title: t("unused-role"), pinned: true, cell: ({ name }) => name },
    {
      key: "used",
      title: t("unused-used"),
      cell: (row) => <Used of={row} label={t("unused-used-by", { name: row.name })} />,
    },
    { key: "people", title: t("unused-people"), align: "end", cell: ({ people }) => people },
    {
      key: "unused",
      title: t("unused-unused"),
      cell: ({ name, unused }) => (
        <Unused unused={unused} title={t("unused-of-role", { name })} onShow={onShow} />
      ),
    },
    {
      key: "proposal",
      title: t("unused-proposal"),
      cell: (row) =>
        may("access_rules.update") && row.unused.length > 0 && row.unused.length < row.granted ? (
          <Smaller role={row} />
        ) : (
          "–"
        ),
    },
  ];
  return (
    <section className="panel unused-part" aria-labelledby="unused-own-roles">
      <div className="panel-head">
        <h2 id="unused-own-roles">{t("unused-own-roles")}</h2>
      </div>
      <DataTable label={t("unused-own-roles")} columns={columns} rows={rows} rowKey={({ id }) => id} />
    </section>
  );
}

/** Puts the smaller role into the draft, where it is tried on the past, reviewed and sent for approval. */
function Smaller({ role }: { role: OwnRoleUsage }) {
  const t = useT();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const access = useAccess();
  const propose = () => {
    access.edit((before) => ({
      ...before,
      roles: before.roles.map((one) => (one.id === role.id ? withoutActions(one, role.unused) : one)),
    }));
    return navigate({ to: "/admin/access" });
  };
  const confirm = () =>
    modal.confirm({
      title: t("unused-smaller-title", { name: role.name, count: role.unused.length }),
      content: t("unused-smaller-text"),
      okText: t("unused-smaller"),
      onOk: propose,
    });
  return (
    <Button
      size="small"
      disabled={access.current === undefined}
      aria-label={t("unused-smaller-named", { name: role.name })}
      onClick={confirm}
    >
      {t("unused-smaller")}
    </Button>
  );
}
