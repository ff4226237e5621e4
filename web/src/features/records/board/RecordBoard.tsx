import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useEffect, useMemo, useState } from "react";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { useFieldLabel } from "../../fields/fields";
import { askedCount, filterOf, filterSpecs } from "../list/filters";
import { NoRecords } from "../list/NoRecords";
import { RecordFilters } from "../list/RecordFilters";
import { useRecordKeys } from "../list/useRecordKeys";
import { useMove } from "../move/useMove";
import { fieldOfType, useObjectWords } from "../objects";
import type { ViewProps } from "../RecordsPage";
import { boardQuery, mayOn } from "../records";
import { defaultPipeline, goesByStages, mayMove, usePipelines, useStates } from "../states";
import type { Entity } from "../types";
import { BoardColumns } from "./BoardColumns";
import "./board.css";

/** How many cards a column shows, and how many more at a time. */
const STEP = 20;
const MOST = 200;

/** The records in columns, one for each state, to be moved from one to another. */
export function RecordBoard(props: ViewProps) {
  const { object, search, openId, onChange, onOpen, onClose, onTotal } = props;
  const t = useT();
  const label = useFieldLabel(object.name);
  const words = useObjectWords()(object.name);
  const [limit, setLimit] = useState(STEP);
  const specs = useMemo(() => filterSpecs(object), [object]);

  const staged = goesByStages(object);
  const pipelines = usePipelines(staged);
  const field = fieldOfType(object, "pipeline")?.name;
  const asked = field === undefined ? undefined : search[field];
  const pipeline = staged ? (asked ?? defaultPipeline(pipelines)?.id) : undefined;
  const states = useStates(object, pipeline);

  // The columns are the states, and the pipeline is chosen beside them: neither is asked for once more.
  const elsewhere = useMemo(
    () => [object.state?.field, field].filter((name) => name !== undefined),
    [object, field],
  );
  const filter = useMemo(() => filterOf(specs, search, elsewhere), [specs, search, elsewhere]);
  const board = useQuery({
    ...boardQuery(object.path, { q: search.q, filter, pipeline, limit }),
    enabled: !staged || pipeline !== undefined,
    placeholderData: keepPreviousData,
  });
  const columns = board.data?.columns;
  const total = columns?.reduce((sum, { count }) => sum + count, 0);
  useEffect(() => {
    if (total !== undefined) onTotal(total);
  }, [total, onTotal]);

  const ids = useMemo(() => columns?.flatMap(({ items }) => items.map(({ id }) => id)) ?? [], [columns]);
  const current = useRecordKeys(ids, { openId, open: onOpen, close: onClose });
  const { move, dialog } = useMove(object);
  const open = (record: Entity, from: string, to: string) =>
    mayOn(object, record, "update") && mayMove(object, from, to);
  const narrowed = search.q !== undefined || askedCount(specs, search) > 0;
  return (
    <>
      <div className="list-tools">
        <div className="board-tools">
          {staged && field !== undefined && pipelines.length > 1 && (
            <Select
              aria-label={label(field)}
              popupMatchSelectWidth={false}
              value={pipeline ?? null}
              options={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
              onChange={(id: string) => onChange({ [field]: id })}
            />
          )}
          <RecordFilters
            object={object}
            search={search}
            onChange={onChange}
            narrow={openId !== undefined}
            without={elsewhere}
          />
        </div>
      </div>
      {board.isError ? (
        <div className="panel">
          <ErrorState error={board.error} onRetry={() => void board.refetch()} />
        </div>
      ) : total === 0 && !narrowed ? (
        <NoRecords {...props} narrowed={false} />
      ) : (
        <BoardColumns
          object={object}
          label={words.many}
          columns={columns}
          states={states}
          current={current}
          openId={openId}
          search={search}
          busy={board.isPlaceholderData}
          mayMoveTo={open}
          onMove={(record, to) => move({ record, to })}
          onOpen={onOpen}
          onMore={limit < MOST ? () => setLimit(Math.min(limit + STEP, MOST)) : undefined}
        />
      )}
      {total !== undefined && total > 0 && (
        <p className="key-hints board-hints" aria-hidden="true">
          {t("board-hint")} <kbd>Space</kbd> {t("board-lift")} <kbd>←</kbd> <kbd>→</kbd> {t("keys-move")}{" "}
          <kbd>Enter</kbd> {t("board-drop")}
        </p>
      )}
      {dialog}
    </>
  );
}
