import { EyeOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Input, Radio, Select } from "antd";
import { useState } from "react";
import type { AuditSighting } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { useCursors } from "../../ui/useCursors";
import { directoryQuery } from "../customers/customers";
import { AuditTabs } from "./AuditTabs";
import { useActorLabel, useResourceLabel } from "./audit";
import "./audit.css";
import { sightingsQuery } from "./sightings";

const PAGE = 50;

/** Who had a record before them, and what a person had before them. */
export function SightingsPage() {
  const t = useT();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/audit/sightings" });
  const [way, setWay] = useState<"record" | "person">(search.actor_id === undefined ? "record" : "person");
  const may = useMay();
  const { data: directory } = useQuery({ ...directoryQuery, enabled: may("user.read") });
  const asked = search.resource_id !== undefined || search.actor_id !== undefined;
  return (
    <>
      <PageHeader title={t("audit-title")} note={t("sightings-note")} />
      <AuditTabs />
      <search className="filters audit-filters" aria-label={t("audit-tab-sightings")}>
        <Radio.Group
          optionType="button"
          value={way}
          onChange={({ target }) => setWay(target.value)}
          options={[
            { value: "record", label: t("sightings-who-saw") },
            { value: "person", label: t("sightings-what-seen") },
          ]}
        />
        {way === "record" ? (
          <Input.Search
            key="record"
            className="sighting-id"
            aria-label={t("sightings-record-id")}
            placeholder={t("sightings-record-id")}
            defaultValue={search.resource_id ?? ""}
            allowClear
            onSearch={(id) =>
              void navigate({
                to: "/audit/sightings",
                search: id.trim() === "" ? {} : { resource_id: id.trim() },
              })
            }
          />
        ) : (
          <Select
            key="person"
            className="sighting-id"
            aria-label={t("entry-actor")}
            placeholder={t("entry-actor")}
            showSearch={{ optionFilterProp: "label" }}
            allowClear
            value={search.actor_id ?? null}
            options={(directory?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(actor_id: string | undefined) =>
              void navigate({ to: "/audit/sightings", search: actor_id === undefined ? {} : { actor_id } })
            }
          />
        )}
      </search>
      {asked ? (
        <Sightings key={JSON.stringify(search)} search={search} />
      ) : (
        <div className="panel">
          <EmptyState
            icon={<EyeOutlined aria-hidden />}
            title={t("sightings-ask")}
            text={t("sightings-ask-text")}
          />
        </div>
      )}
      <p className="soft sightings-limits">{t("sightings-limits")}</p>
    </>
  );
}

function Sightings({ search }: { search: { resource_id?: string; actor_id?: string } }) {
  const t = useT();
  const format = useFormat();
  const navigate = useNavigate();
  const actor = useActorLabel();
  const resource = useResourceLabel();
  const cursors = useCursors(JSON.stringify(search));
  const page = useQuery({
    ...sightingsQuery(search, PAGE, cursors.cursor),
    placeholderData: keepPreviousData,
  });
  const ofRecord = search.resource_id !== undefined;
  const columns: Column<AuditSighting>[] = [
    {
      key: "who",
      title: ofRecord ? t("entry-actor") : t("entry-resource"),
      cell: (row) => (
        <Button
          type="link"
          size="small"
          className="cell-link"
          onClick={() =>
            void navigate({
              to: "/audit",
              search: { actor_id: row.actor.id ?? undefined, resource_id: row.resource.id ?? undefined },
            })
          }
        >
          {ofRecord ? (
            actor(row.actor)
          ) : (
            <>
              {resource(row.resource.type)} <span className="mono">{row.resource.id?.slice(-8)}</span>
            </>
          )}
        </Button>
      ),
    },
    { key: "days", title: t("sighting-days"), align: "end", cell: ({ days }) => format.number(days) },
    { key: "reads", title: t("sighting-reads"), align: "end", cell: ({ reads }) => format.number(reads) },
    {
      key: "reveals",
      title: t("sighting-reveals"),
      align: "end",
      cell: ({ reveals }) => format.number(reveals),
    },
    {
      key: "changes",
      title: t("sighting-changes"),
      align: "end",
      cell: ({ changes }) => format.number(changes),
    },
    {
      key: "refused",
      title: t("counts-refused"),
      align: "end",
      cell: ({ refused }) => format.number(refused),
    },
    { key: "first", title: t("sighting-first"), cell: ({ first_at }) => format.dateTime(first_at) },
    { key: "last", title: t("sighting-last"), cell: ({ last_at }) => format.dateTime(last_at) },
  ];
  if (page.isError)
    return (
      <div className="panel">
        <ErrorState error={page.error} onRetry={() => void page.refetch()} />
      </div>
    );
  const items = page.data?.items;
  if (items?.length === 0)
    return (
      <div className="panel">
        <EmptyState icon={<EyeOutlined aria-hidden />} title={t("sightings-none")} />
      </div>
    );
  return (
    <>
      <DataTable
        label={t("audit-tab-sightings")}
        columns={columns}
        rows={items}
        rowKey={(row) => `${row.actor.id}-${row.resource.id}`}
        density="compact"
        busy={page.isPlaceholderData}
      />
      {(cursors.index > 0 || page.data?.next_cursor != null) && (
        <ListFoot
          cursors={cursors}
          pageSize={PAGE}
          page={page.data}
          total={null}
          busy={page.isPlaceholderData}
        />
      )}
    </>
  );
}
