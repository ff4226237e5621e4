import { CloseOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { useRef } from "react";
import { useT } from "../../../i18n/useT";
import { ErrorState } from "../../../ui/ErrorState";
import { usePhone } from "../../../ui/useMediaQuery";
import { FieldsOf } from "../../fields/fields";
import { recordQuery, recordTitle } from "../records";
import type { ObjectInfo } from "../types";
import "./panel.css";
import { RecordDetail } from "./RecordDetail";

interface Props {
  object: ObjectInfo;
  id: string;
  onOpen: (id: string) => void;
  onClose: () => void;
}

const WIDTH = 620;
/** The panel takes the focus itself, so that it is read; it does not keep it, for the list stays in use. */
const FREE = { trap: false, autoFocus: false, focusTriggerAfterClose: false };

/** The record that is open, beside the list it came from: there one can go on. On a phone it takes the whole page. */
export function RecordPanel({ object, id, onClose }: Props) {
  const t = useT();
  const phone = usePhone();
  // While one walks the list, the record before stays until the next is there.
  const record = useQuery({ ...recordQuery(object.path, id), placeholderData: keepPreviousData });
  const shown = record.data;
  const title = shown === undefined ? t("loading") : recordTitle(object, shown);
  const body = useRef<HTMLDivElement>(null);
  return (
    <Drawer
      open
      rootClassName="record-panel-root"
      className="record-panel"
      placement="right"
      size={phone ? "100%" : WIDTH}
      mask={phone}
      // Esc is heard by the page, which knows what else may lie open.
      keyboard={false}
      focusable={phone ? { trap: true } : FREE}
      aria-modal={phone}
      closable={false}
      push={false}
      onClose={onClose}
      aria-label={title}
      afterOpenChange={(open) => {
        if (open) body.current?.focus({ preventScroll: true });
      }}
      styles={{ body: { padding: 0 } }}
    >
      <div ref={body} tabIndex={-1} className="record-panel-body">
        {/* While one walks on, the next record is said: the focus stays. */}
        <p className="visually-hidden" aria-live="polite">
          {record.isPlaceholderData ? "" : title}
        </p>
        <Button
          type="text"
          className="record-panel-close"
          icon={<CloseOutlined aria-hidden />}
          aria-label={t("close")}
          title={`${t("close")} (Esc)`}
          onClick={onClose}
        />
        {record.isError && shown === undefined ? (
          <ErrorState error={record.error} onRetry={() => void record.refetch()} />
        ) : shown === undefined ? (
          <PanelSkeleton label={t("loading")} />
        ) : (
          <FieldsOf value={object.name}>
            <div className={record.isPlaceholderData ? "table-busy" : undefined}>
              <RecordDetail key={shown.id} object={object} record={shown} onGone={onClose} />
            </div>
          </FieldsOf>
        )}
      </div>
    </Drawer>
  );
}

const BARS = ["title", "state", "one", "two", "three", "four"];

function PanelSkeleton({ label }: { label: string }) {
  return (
    <div className="panel-skeleton" role="status" aria-label={label}>
      {BARS.map((bar) => (
        <span key={bar} className="skeleton" />
      ))}
    </div>
  );
}
