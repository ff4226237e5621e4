import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { DataTable } from "../../../ui/DataTable";
import { ErrorState } from "../../../ui/ErrorState";
import { ListFoot } from "../../../ui/ListFoot";
import { useCursors } from "../../../ui/useCursors";
import { usePhone } from "../../../ui/useMediaQuery";
import { nextSort } from "../../customers/list/listSearch";
import { useFieldLabel } from "../../fields/fields";
import { ViewSettings } from "../../lists/ViewSettings";
import { useObjectWords } from "../objects";
import type { ViewProps } from "../RecordsPage";
import { listQuery } from "../records";
import { availableColumns, buildColumns } from "./columns";
import { askedCount, filterOf, filterSpecs } from "./filters";
import { NoRecords } from "./NoRecords";
import { RecordCards } from "./RecordCards";
import { RecordFilters } from "./RecordFilters";
import { useRecordKeys } from "./useRecordKeys";

/** The records as a table; on a phone as cards. */
export function RecordList(props: ViewProps) {
  const { object, search, preferences, ready, openId, onChange, onSave, onOpen, onClose, onTotal } = props;
  const t = useT();
  const phone = usePhone();
  const format = useFormat();
  const label = useFieldLabel(object.name);
  const words = useObjectWords()(object.name);
  const specs = useMemo(() => filterSpecs(object), [object]);

  // Without a sort of its own a search shows the best matches first.
  const sort = search.sort ?? (search.q === undefined ? preferences.sort : undefined);
  const filter = useMemo(() => filterOf(specs, search), [specs, search]);
  const cursors = useCursors(JSON.stringify([search.q, sort, filter, preferences.page_size]));
  const page = useQuery({
    ...listQuery(object.path, {
      q: search.q,
      sort,
      filter,
      limit: preferences.page_size,
      cursor: cursors.cursor,
    }),
    enabled: ready,
    placeholderData: keepPreviousData,
  });
  const rows = page.data?.items;
  const total = page.data?.total;
  useEffect(() => {
    if (total !== undefined) onTotal(total);
  }, [total, onTotal]);

  const ids = useMemo(() => rows?.map(({ id }) => id) ?? [], [rows]);
  const current = useRecordKeys(ids, { openId, open: onOpen, close: onClose });
  const columns = useMemo(
    () => buildColumns(preferences.columns, { object, label, format, search, replace: openId !== undefined }),
    [preferences.columns, object, label, format, search, openId],
  );
  const sortBy = (key: string) => {
    const next = nextSort(sort, key);
    onSave({ sort: next });
    onChange({ sort: next });
  };
  return (
    <>
      <div className="list-tools">
        <RecordFilters object={object} search={search} onChange={onChange} narrow={openId !== undefined} />
        <ViewSettings
          available={availableColumns(object)}
          pinned={object.title}
          preferences={preferences}
          onChange={onSave}
        />
      </div>
      {page.isError ? (
        <div className="panel">
          <ErrorState error={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : rows?.length === 0 ? (
        <NoRecords {...props} narrowed={search.q !== undefined || askedCount(specs, search) > 0} />
      ) : phone && rows !== undefined ? (
        <RecordCards object={object} records={rows} search={search} />
      ) : (
        <DataTable
          label={words.many}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          density={preferences.density}
          sort={sort}
          onSort={sortBy}
          current={current}
          onOpen={({ id }) => onOpen(id)}
          busy={page.isPlaceholderData}
        />
      )}
      {rows !== undefined && rows.length > 0 && (
        <ListFoot
          cursors={cursors}
          pageSize={preferences.page_size}
          page={page.data}
          total={total ?? null}
          busy={page.isPlaceholderData}
        >
          <span className="key-hints" aria-hidden="true">
            <kbd>j</kbd> <kbd>k</kbd> {t("keys-move")} <kbd>Enter</kbd> {t("keys-open")} <kbd>Esc</kbd>{" "}
            {t("close")} <kbd>/</kbd> {t("keys-search")}
          </span>
        </ListFoot>
      )}
    </>
  );
}
