import { ImportOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { Import } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { type Column, DataTable } from "../../ui/DataTable";
import { EmptyState } from "../../ui/EmptyState";
import { ErrorState } from "../../ui/ErrorState";
import { ListFoot } from "../../ui/ListFoot";
import { PageHeader } from "../../ui/PageHeader";
import { useCursors } from "../../ui/useCursors";
import { usePhone } from "../../ui/useMediaQuery";
import "./imports.css";
import { importsQuery } from "./imports";
import { StatePill } from "./StatePill";
import { UploadArea } from "./UploadArea";

const PAGE = 20;

export function ImportsPage() {
  const t = useT();
  const format = useFormat();
  const phone = usePhone();
  const navigate = useNavigate();
  const cursors = useCursors("imports");
  const page = useQuery(importsQuery(cursors.cursor, PAGE));
  const columns: Column<Import>[] = [
    {
      key: "file",
      title: t("import-file"),
      cell: ({ id, file_name }) => (
        <Link to="/imports/$id" params={{ id }}>
          {file_name}
        </Link>
      ),
    },
    { key: "state", title: t("import-state"), cell: ({ state }) => <StatePill state={state} /> },
    {
      key: "read",
      title: t("count-read"),
      align: "end",
      cell: ({ progress }) => format.number(progress.read),
    },
    {
      key: "created",
      title: t("count-created"),
      align: "end",
      cell: ({ progress }) => format.number(progress.created),
    },
    {
      key: "rejected",
      title: t("count-rejected"),
      align: "end",
      cell: ({ progress }) => format.number(progress.rejected),
    },
    { key: "by", title: t("import-by"), cell: ({ created_by }) => created_by?.name ?? "–" },
    { key: "at", title: t("import-at"), cell: ({ created_at }) => format.dateTime(created_at) },
    { key: "size", title: t("import-size"), align: "end", cell: ({ size }) => format.bytes(size) },
  ];
  return (
    <>
      <PageHeader title={t("imports-title")} note={t("imports-note")} />
      <UploadArea />
      <h2 className="block-title">{t("imports-past")}</h2>
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : page.data?.items.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<ImportOutlined aria-hidden />}
            title={t("imports-none")}
            text={t("imports-none-text")}
          />
        </div>
      ) : phone && page.data !== undefined ? (
        <ul className="cards">
          {page.data.items.map((item) => (
            <li key={item.id} className="card">
              <Link to="/imports/$id" params={{ id: item.id }} className="card-link">
                <span className="card-name">{item.file_name}</span>
                <StatePill state={item.state} />
                <span className="card-facts">
                  {t("count-read")} {format.number(item.progress.read)} · {t("count-rejected")}{" "}
                  {format.number(item.progress.rejected)} · {format.dateTime(item.created_at)}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      ) : (
        <DataTable
          label={t("imports-past")}
          columns={columns}
          rows={page.data?.items}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: "/imports/$id", params: { id } })}
        />
      )}
      {page.data !== undefined && (page.data.total ?? 0) > PAGE && (
        <ListFoot cursors={cursors} pageSize={PAGE} page={page.data} total={page.data.total ?? 0} />
      )}
    </>
  );
}
