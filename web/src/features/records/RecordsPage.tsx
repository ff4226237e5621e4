import { AppstoreOutlined, BarsOutlined, PlusOutlined } from "@ant-design/icons";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { lazy, Suspense, useCallback, useMemo, useState } from "react";
import { PageMissing, PagePending } from "../../app/layout/PageStates";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { PageHeader } from "../../ui/PageHeader";
import { FieldsOf } from "../fields/fields";
import { type ListPreferences, useListPreferences } from "../lists/listPreferences";
import { usualColumns } from "./list/columns";
import { ListSearchField } from "./list/ListSearchField";
import type { ListSearch } from "./list/listSearch";
import { RecordList } from "./list/RecordList";
import { useObjectAt, useObjectWords } from "./objects";
import "../customers/customers.css";
import "./records.css";
import type { ObjectInfo } from "./types";

const CreateDrawer = lazy(() =>
  import("./edit/CreateDrawer").then((module) => ({ default: module.CreateDrawer })),
);
const RecordPanel = lazy(() =>
  import("./detail/RecordPanel").then((module) => ({ default: module.RecordPanel })),
);
const RecordBoard = lazy(() =>
  import("./board/RecordBoard").then((module) => ({ default: module.RecordBoard })),
);

/** The records of one object, as a list or a board, and beside it the one that is open. */
export function RecordsPage() {
  const { path } = useParams({ from: "/shell/$path/{-$id}" });
  const { object, ready } = useObjectAt(path);
  if (!ready) return <PagePending />;
  if (object === undefined) return <PageMissing />;
  return (
    <FieldsOf value={object.name} key={object.name}>
      <Records object={object} />
    </FieldsOf>
  );
}

export interface ViewProps {
  object: ObjectInfo;
  search: ListSearch;
  preferences: ListPreferences;
  ready: boolean;
  openId: string | undefined;
  onChange: (change: Partial<ListSearch>) => void;
  onSave: (change: Partial<ListPreferences>) => void;
  onOpen: (id: string) => void;
  onClose: () => void;
  onCreate: (() => void) | undefined;
  onTotal: (total: number) => void;
}

/** Goes to a record where it is listed, from the panel that was closed. */
function focusRecord(id: string): void {
  const listed = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(id)}"]`);
  const place = listed?.tabIndex === 0 ? listed : listed?.querySelector<HTMLElement>("a");
  place?.focus({ preventScroll: true });
}

function Records({ object }: { object: ObjectInfo }) {
  const t = useT();
  const may = useMay();
  const words = useObjectWords()(object.name);
  const navigate = useNavigate();
  const { id } = useParams({ from: "/shell/$path/{-$id}" });
  const search = useSearch({ from: "/shell/$path/{-$id}" });
  const [creating, setCreating] = useState(false);
  const [total, setTotal] = useState<number>();
  const usual = useMemo<ListPreferences>(
    () => ({ columns: usualColumns(object), page_size: 50, density: "normal", sort: "-updated_at" }),
    [object],
  );
  const { preferences, ready, save } = useListPreferences(`records.${object.name}`, usual);
  const view = object.state === null ? "list" : (search.view ?? preferences.view ?? "list");

  const { path } = object;
  const change = useCallback(
    (next: Partial<ListSearch>) =>
      void navigate({
        to: "/$path/{-$id}",
        params: { path, id },
        search: (previous) => ({ ...previous, ...next }) as ListSearch,
        replace: true,
      }),
    [navigate, path, id],
  );
  const open = useCallback(
    (next: string | undefined) =>
      void navigate({
        to: "/$path/{-$id}",
        params: { path, id: next },
        search: (previous) => previous as ListSearch,
        // Walking from record to record, and away from them, is one step on the way back.
        replace: id !== undefined,
        resetScroll: false,
      }),
    [navigate, path, id],
  );
  const close = useCallback(() => {
    open(undefined);
    if (id !== undefined) window.setTimeout(() => focusRecord(id));
  }, [open, id]);
  const onCreate = may(`${object.name}.create`) ? () => setCreating(true) : undefined;
  const props: ViewProps = {
    object,
    search,
    preferences,
    ready,
    openId: id,
    onChange: change,
    onSave: save,
    onOpen: open,
    onClose: close,
    onCreate,
    onTotal: setTotal,
  };
  return (
    <div className={id === undefined ? "list-page records-page" : "list-page records-page records-page-open"}>
      <PageHeader
        title={words.many}
        note={total === undefined ? undefined : t("records-total", { total })}
        actions={
          <>
            <ListSearchField
              label={t("records-search", { object: words.many })}
              value={search.q}
              onChange={(q) => change({ q })}
            />
            {object.state !== null && (
              <Segmented
                aria-label={t("records-view")}
                value={view}
                options={[
                  { value: "list", icon: <BarsOutlined aria-hidden />, label: t("view-list") },
                  { value: "board", icon: <AppstoreOutlined aria-hidden />, label: t("view-board") },
                ]}
                onChange={(next) => {
                  save({ view: next === "board" ? "board" : "list" });
                  // Who is sent the address sees the same.
                  change({ view: next });
                }}
              />
            )}
            {onCreate !== undefined && (
              <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={onCreate}>
                {t("record-create", { object: words.one })}
              </Button>
            )}
          </>
        }
      />
      {view === "board" ? (
        <Suspense fallback={<PagePending />}>
          <RecordBoard {...props} />
        </Suspense>
      ) : (
        <RecordList {...props} />
      )}
      <Suspense>
        {id !== undefined && <RecordPanel object={object} id={id} onOpen={open} onClose={close} />}
        {creating && (
          <CreateDrawer object={object} onClose={() => setCreating(false)} onCreated={({ id }) => open(id)} />
        )}
      </Suspense>
    </div>
  );
}
