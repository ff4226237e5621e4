import {
  CopyOutlined,
  DeleteOutlined,
  EditOutlined,
  EyeOutlined,
  PlusOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useState } from "react";
import type { AccessConfiguration, AccessRole } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { EmptyState } from "../../../ui/EmptyState";
import { ToolButton } from "../../../ui/ToolButton";
import { AccessFrame, Loaded } from "../AccessFrame";
import { holdersQuery, newId } from "../access";
import { ChangePill } from "../draft/Differences";
import { changeOf, withItem } from "../draft/draft";
import { type Access, useAccess } from "../draft/useAccess";
import { BuiltInRoles } from "./BuiltInRoles";
import { HoldersDialog } from "./HoldersDialog";
import { RoleDrawer } from "./RoleDrawer";
import { copyOf, emptyRole, rulesNaming } from "./roles";
import { useGrantWords } from "./useGrantWords";

/** The roles of the organisation's own, and what the built-in ones are. */
export function RolesPage() {
  const t = useT();
  const access = useAccess();
  const [editing, setEditing] = useState<AccessRole | null>(null);
  const add = () => setEditing(emptyRole(newId(), access.saved.data?.objects.map(({ name }) => name) ?? []));
  return (
    <AccessFrame
      note={t("access-roles-note")}
      actions={
        access.mayEdit && (
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={add}>
            {t("access-role-add")}
          </Button>
        )
      }
    >
      <Loaded access={access}>
        {(saved, current) => (
          <>
            <OwnRoles access={access} current={current} onEdit={setEditing} />
            <BuiltInRoles />
            {editing !== null && (
              <RoleDrawer
                role={editing}
                catalogue={saved.objects}
                configuration={current}
                readOnly={!access.mayEdit}
                onSave={(role) => {
                  access.edit((before) => ({
                    ...before,
                    roles: withItem(before.roles, role, ({ id }) => id === role.id),
                  }));
                  setEditing(null);
                }}
                onClose={() => setEditing(null)}
              />
            )}
          </>
        )}
      </Loaded>
    </AccessFrame>
  );
}

interface OwnProps {
  access: Access;
  current: AccessConfiguration;
  onEdit: (role: AccessRole) => void;
}

function OwnRoles({ access, current, onEdit }: OwnProps) {
  const t = useT();
  return (
    <section className="panel access-list" aria-label={t("access-roles-own")}>
      <div className="panel-head">
        <h2>{t("access-roles-own")}</h2>
      </div>
      {current.roles.length === 0 ? (
        <EmptyState
          icon={<TeamOutlined />}
          title={t("access-roles-none")}
          text={t("access-roles-none-text")}
        />
      ) : (
        <ul>
          {current.roles.map((role) => (
            <RoleRow key={role.id} role={role} access={access} current={current} onEdit={onEdit} />
          ))}
        </ul>
      )}
    </section>
  );
}

function RoleRow({ role, access, current, onEdit }: OwnProps & { role: AccessRole }) {
  const t = useT();
  const may = useMay();
  const { modal } = App.useApp();
  const words = useGrantWords();
  const [asking, setAsking] = useState(false);
  const holders = useQuery({ ...holdersQuery, enabled: may("access_people.list") });
  const people = holders.data?.get(role.id) ?? [];
  const change = changeOf(access.changes, "role", role.id);
  const remove = () => {
    const rules = rulesNaming(current.rules, role.id);
    modal.confirm({
      title: t("access-role-delete-title", { name: role.name }),
      content: (
        <>
          <p>{t("access-role-delete-people", { count: people.length })}</p>
          {rules.length > 0 && (
            <p>
              {t("access-role-delete-rules", {
                names: rules.map(({ name }) => name).join(t("list-separator")),
              })}
            </p>
          )}
        </>
      ),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        access.edit((before) => ({ ...before, roles: before.roles.filter(({ id }) => id !== role.id) })),
    });
  };
  const copy = () => onEdit(copyOf(role, newId(), t("access-copy-name", { name: role.name })));
  return (
    <li className="access-row">
      <div className="access-words">
        <span className="access-head">
          <strong>{role.name}</strong>
          {change !== undefined && <ChangePill kind={change} />}
        </span>
        {role.description !== "" && <p className="soft">{role.description}</p>}
        <ul className="access-facts soft">
          {role.grants.map((grant) => (
            <li key={grant.object}>{words(grant)}</li>
          ))}
        </ul>
      </div>
      <span className="access-tools">
        {holders.data !== undefined && (
          <Button type="link" size="small" onClick={() => setAsking(true)} disabled={people.length === 0}>
            {t("access-role-holders", { count: people.length })}
          </Button>
        )}
        <ToolButton
          title={t(access.mayEdit ? "access-edit-named" : "access-open-named", { name: role.name })}
          icon={access.mayEdit ? <EditOutlined aria-hidden /> : <EyeOutlined aria-hidden />}
          onClick={() => onEdit(role)}
        />
        {access.mayEdit && (
          <>
            <ToolButton
              title={t("access-copy-named", { name: role.name })}
              icon={<CopyOutlined aria-hidden />}
              onClick={copy}
            />
            <ToolButton
              title={t("access-delete-named", { name: role.name })}
              icon={<DeleteOutlined aria-hidden />}
              onClick={remove}
            />
          </>
        )}
      </span>
      {asking && <HoldersDialog name={role.name} people={people} onClose={() => setAsking(false)} />}
    </li>
  );
}
