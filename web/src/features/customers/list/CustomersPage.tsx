import { DownloadOutlined, PlusOutlined, SolutionOutlined, SwapOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { useMay } from "../../../app/session/session";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { DataTable } from "../../../ui/DataTable";
import { EmptyState } from "../../../ui/EmptyState";
import { ErrorState } from "../../../ui/ErrorState";
import { ListFoot } from "../../../ui/ListFoot";
import { PageHeader } from "../../../ui/PageHeader";
import { useCursors } from "../../../ui/useCursors";
import { usePhone } from "../../../ui/useMediaQuery";
import { ReassignNotice } from "../../reassign/ReassignNotice";
import type { Chosen } from "../../reassign/reassign";
import { useSelection } from "../../reassign/selection";
import { customersQuery } from "../customers";
import "../customers.css";
import { useFieldLabel, useFields } from "../../fields/fields";
import { useListPreferences } from "../../lists/listPreferences";
import { ViewSettings } from "../../lists/ViewSettings";
import { CustomerCards } from "./CustomerCards";
import { availableColumns, buildColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import { filterCount, type ListSearch, nextSort } from "./listSearch";
import { useRowKeys } from "./useRowKeys";

const ReassignDrawer = lazy(() =>
  import("../../reassign/ReassignDrawer").then((module) => ({ default: module.ReassignDrawer })),
);
const CreateDrawer = lazy(() =>
  import("../edit/CreateDrawer").then((module) => ({ default: module.CreateDrawer })),
);
const ExportDialog = lazy(() =>
  import("./ExportDialog").then((module) => ({ default: module.ExportDialog })),
);

export function CustomersPage() {
  const t = useT();
  const may = useMay();
  const phone = usePhone();
  const format = useFormat();
  const label = useFieldLabel();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/customers" });
  const { fields } = useFields();
  const { preferences, ready, save } = useListPreferences();
  const [dialog, setDialog] = useState<"create" | "export" | null>(null);

  // Without a sort of its own a search shows the best matches first.
  const sort = search.sort ?? (search.q === undefined ? preferences.sort : undefined);
  const asked = useMemo(() => ({ ...search, ...(sort === undefined ? {} : { sort }) }), [search, sort]);
  const cursors = useCursors(JSON.stringify([asked, preferences.page_size]));
  const page = useQuery({
    ...customersQuery(asked, preferences.page_size, cursors.cursor),
    enabled: ready,
    placeholderData: keepPreviousData,
  });
  const rows = page.data?.items;
  const total = page.data?.total ?? 0;

  const change = (next: Partial<ListSearch>) =>
    void navigate({ to: "/customers", search: { ...search, ...next }, replace: true });
  const sortBy = (key: string) => {
    const next = nextSort(sort, key);
    save({ sort: next });
    change({ sort: next });
  };
  const open = useCallback(
    (id: string) => void navigate({ to: "/customers/$id", params: { id } }),
    [navigate],
  );
  const keys = useMemo(() => rows?.map(({ id }) => id) ?? [], [rows]);
  const current = useRowKeys(keys, open);
  const columns = useMemo(
    () => buildColumns(preferences.columns, { fields: fields.customer, label, format, term: search.q }),
    [preferences.columns, fields, label, format, search.q],
  );
  const selection = useSelection(rows);
  const mayReassign = may("reassignment.create");
  const [reassigning, setReassigning] = useState<{ chosen: Chosen; count: number } | null>(null);
  const narrowed = search.q !== undefined || filterCount(search) > 0;

  return (
    <div className="list-page">
      <PageHeader
        title={t("customers-title")}
        note={page.data === undefined ? undefined : t("customers-total", { total })}
        actions={
          <>
            {may("customer.export") && (
              <Button
                icon={<DownloadOutlined aria-hidden />}
                onClick={() => setDialog("export")}
                disabled={total === 0}
              >
                {t("export-button")}
              </Button>
            )}
            {may("customer.create") && (
              <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setDialog("create")}>
                {t("customer-create")}
              </Button>
            )}
          </>
        }
      />
      <div className="list-tools">
        <FilterBar fields={fields.customer} search={search} onChange={change} />
        <ViewSettings
          available={availableColumns(fields.customer)}
          pinned="name"
          preferences={preferences}
          onChange={save}
        />
      </div>
      <ReassignNotice />
      {mayReassign && !phone && selection.ids.length > 0 && (
        <div className="list-chosen">
          <span>{t("reassign-chosen", { count: selection.ids.length })}</span>
          <Button
            size="small"
            type="primary"
            icon={<SwapOutlined aria-hidden />}
            onClick={() =>
              setReassigning({ chosen: { customers: selection.ids }, count: selection.ids.length })
            }
          >
            {t("reassign-these")}
          </Button>
          {total > selection.ids.length && (
            <Button size="small" onClick={() => setReassigning({ chosen: { filter: asked }, count: total })}>
              {t("reassign-all", { count: total })}
            </Button>
          )}
          <Button size="small" type="text" onClick={selection.clear}>
            {t("reassign-choose-none")}
          </Button>
        </div>
      )}
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <div className="panel">
          <EmptyState
            icon={<SolutionOutlined aria-hidden />}
            title={narrowed ? t("customers-none-found") : t("customers-none")}
            text={narrowed ? t("customers-none-found-text") : t("customers-none-text")}
            action={
              narrowed ? (
                <Button onClick={() => void navigate({ to: "/customers", search: {} })}>
                  {t("customers-show-all")}
                </Button>
              ) : (
                may("import.create") && <Link to="/imports">{t("customers-import")}</Link>
              )
            }
          />
        </div>
      ) : phone && rows !== undefined ? (
        <CustomerCards customers={rows} fields={fields.customer} term={search.q} />
      ) : (
        <DataTable
          label={t("customers-title")}
          columns={mayReassign ? [selection.column, ...columns] : columns}
          rows={rows}
          rowKey={({ id }) => id}
          density={preferences.density}
          sort={sort}
          onSort={sortBy}
          current={current}
          onOpen={({ id }) => open(id)}
          busy={page.isPlaceholderData}
        />
      )}
      {rows !== undefined && rows.length > 0 && (
        <ListFoot
          cursors={cursors}
          pageSize={preferences.page_size}
          page={page.data}
          total={total}
          busy={page.isPlaceholderData}
        >
          <span className="key-hints" aria-hidden="true">
            <kbd>j</kbd> <kbd>k</kbd> {t("keys-move")} <kbd>Enter</kbd> {t("keys-open")} <kbd>/</kbd>{" "}
            {t("keys-search")}
          </span>
        </ListFoot>
      )}
      <Suspense>
        {dialog === "create" && <CreateDrawer fields={fields.customer} onClose={() => setDialog(null)} />}
        {reassigning !== null && (
          <ReassignDrawer {...reassigning} onBegun={selection.clear} onClose={() => setReassigning(null)} />
        )}
        {dialog === "export" && (
          <ExportDialog
            fields={fields.customer}
            chosen={columns.map(({ key }) => key)}
            search={asked}
            total={total}
            onClose={() => setDialog(null)}
          />
        )}
      </Suspense>
    </div>
  );
}
