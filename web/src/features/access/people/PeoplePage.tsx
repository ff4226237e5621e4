import { EditOutlined, SearchOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useState } from "react";
import type { AccessPerson, Compartment } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { type Column, DataTable } from "../../../ui/DataTable";
import { EmptyState } from "../../../ui/EmptyState";
import { ErrorState } from "../../../ui/ErrorState";
import { ListFoot } from "../../../ui/ListFoot";
import { Pill } from "../../../ui/Pill";
import { ToolButton } from "../../../ui/ToolButton";
import { useCursors } from "../../../ui/useCursors";
import { useDebounced } from "../../../ui/useDebounced";
import { usePhone } from "../../../ui/useMediaQuery";
import { departmentsQuery } from "../../admin/admin";
import { AccessFrame } from "../AccessFrame";
import { PEOPLE_PAGE, peopleQuery, rulesQuery } from "../access";
import { LabelWords } from "../LabelWords";
import { PersonDrawer } from "./PersonDrawer";

const REST_MS = 300;

/** Who holds which roles of the organisation's own, and is cleared for what. */
export function PeoplePage() {
  const t = useT();
  const may = useMay();
  const phone = usePhone();
  const [typed, setTyped] = useState("");
  const q = useDebounced(typed.trim(), REST_MS);
  const cursors = useCursors(`people-${q}`);
  const page = useQuery(peopleQuery(q, cursors.cursor));
  const rules = useQuery(rulesQuery);
  const [editing, setEditing] = useState<AccessPerson | null>(null);
  const compartments = rules.data?.compartments ?? [];
  const departments = useQuery(departmentsQuery);
  const departmentOf = ({ department_id: id }: AccessPerson) =>
    departments.data?.items.find((one) => one.id === id)?.name;
  const mayEdit = may("access_people.update");
  const edit = (person: AccessPerson) =>
    mayEdit && (
      <ToolButton
        title={t("access-edit-named", { name: person.name })}
        icon={<EditOutlined aria-hidden />}
        onClick={() => setEditing(person)}
      />
    );
  return (
    <AccessFrame note={t("access-people-note")}>
      <div className="filters access-search">
        <Input
          allowClear
          prefix={<SearchOutlined aria-hidden />}
          aria-label={t("access-people-search")}
          placeholder={t("access-people-search")}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </div>
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : page.data?.items.length === 0 ? (
        <div className="panel">
          <EmptyState title={t("access-people-none")} />
        </div>
      ) : phone && page.data !== undefined ? (
        <Cards people={page.data.items} {...{ compartments, departmentOf, edit }} />
      ) : (
        <Table people={page.data?.items} {...{ compartments, departmentOf, edit }} />
      )}
      {page.data !== undefined && (page.data.next_cursor != null || cursors.index > 0) && (
        <ListFoot cursors={cursors} pageSize={PEOPLE_PAGE} page={page.data} total={page.data.total} />
      )}
      {editing !== null && page.data !== undefined && rules.data !== undefined && (
        <PersonDrawer
          person={editing}
          roles={rules.data.roles}
          compartments={compartments}
          generation={page.data.generation}
          onClose={() => setEditing(null)}
        />
      )}
    </AccessFrame>
  );
}

interface ListProps {
  compartments: Compartment[];
  departmentOf: (person: AccessPerson) => string | undefined;
  edit: (person: AccessPerson) => React.ReactNode;
}

function useRolesOf(): (person: AccessPerson) => string {
  const t = useT();
  return ({ roles, custom_roles: own }) =>
    [...own.map(({ name }) => name), ...roles.map((role) => t(`role-${role}`))].join(" · ");
}

function Table({
  people,
  compartments,
  departmentOf,
  edit,
}: ListProps & { people: AccessPerson[] | undefined }) {
  const t = useT();
  const columns: Column<AccessPerson>[] = [
    { key: "name", title: t("access-person"), pinned: true, cell: (person) => <Who person={person} /> },
    { key: "department", title: t("user-department"), cell: (person) => departmentOf(person) ?? "–" },
    {
      key: "built-in",
      title: t("access-roles-built-in"),
      cell: ({ roles }) => roles.map((role) => t(`role-${role}`)).join(" · ") || "–",
    },
    {
      key: "own",
      title: t("access-roles-own"),
      cell: ({ custom_roles: own }) => own.map(({ name }) => name).join(" · ") || "–",
    },
    {
      key: "clearance",
      title: t("access-clearance"),
      cell: ({ clearance }) => <LabelWords label={clearance} compartments={compartments} />,
    },
    {
      key: "teams",
      title: t("access-tab-teams"),
      cell: ({ teams }) => teams.map(({ name }) => name).join(" · ") || "–",
    },
    { key: "tools", title: t("row-tools"), align: "end", cell: edit },
  ];
  return <DataTable label={t("access-tab-people")} columns={columns} rows={people} rowKey={({ id }) => id} />;
}

function Cards({ people, compartments, departmentOf, edit }: ListProps & { people: AccessPerson[] }) {
  const rolesOf = useRolesOf();
  return (
    <ul className="cards">
      {people.map((person) => (
        <li key={person.id} className="card">
          <Who person={person} />
          {edit(person)}
          <span className="card-facts person-card">
            <span>{[departmentOf(person), rolesOf(person)].filter(Boolean).join(" · ")}</span>
            <LabelWords label={person.clearance} compartments={compartments} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Who({ person }: { person: AccessPerson }) {
  const t = useT();
  return (
    <span className="person">
      <Avatar name={person.name} small />
      {person.name}
      {!person.active && <Pill tone="quiet">{t("user-status-disabled")}</Pill>}
    </span>
  );
}
