import { DeleteOutlined, EditOutlined } from "@ant-design/icons";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { toApiError } from "../../../api/problem";
import { ask } from "../../../api/records";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { Avatar } from "../../../ui/Avatar";
import { CopyButton } from "../../../ui/CopyButton";
import { useShowProblem } from "../../../ui/useProblemText";
import { LabelPill } from "../../sharing/LabelPill";
import { LeadActions } from "../lead/LeadActions";
import { useWhoChanged } from "../move/useWhoChanged";
import { useObjectWords } from "../objects";
import { mayOn, numberOf, recordQuery, recordTitle, refreshRecords } from "../records";
import type { Entity, ObjectInfo } from "../types";

const EditDrawer = lazy(() =>
  import("../edit/EditDrawer").then((module) => ({ default: module.EditDrawer })),
);

interface Props {
  object: ObjectInfo;
  record: Entity;
  onGone: () => void;
}

/** What only one kind of record can do. */
const OWN_ACTIONS: Record<string, typeof LeadActions> = { lead: LeadActions };

/** What a record is called, whose it is, and what one can do with it. */
export function RecordHeader({ object, record, onGone }: Props) {
  const t = useT();
  const format = useFormat();
  const { modal } = App.useApp();
  const words = useObjectWords()(object.name);
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const whoChanged = useWhoChanged(object);
  const [editing, setEditing] = useState(false);
  const title = recordTitle(object, record);
  const number = numberOf(record);
  const remove = useMutation({
    mutationFn: () => ask("DELETE", `/${object.path}/${record.id}`, { version: record.version }),
    onSuccess: async () => {
      onGone();
      queryClient.removeQueries({ queryKey: recordQuery(object.path, record.id).queryKey });
      await refreshRecords(queryClient);
    },
    onError: (error) => {
      if (toApiError(error).status === 412) void whoChanged(record);
      else showProblem(error);
    },
  });
  const confirmRemove = () =>
    modal.confirm({
      title: t("customer-delete-title", { name: title }),
      content: t("record-delete-text"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () => remove.mutate(),
    });
  const OwnActions = OWN_ACTIONS[object.name];
  return (
    <header className="record-header">
      <p className="record-kind">
        <span className="record-kind-name">{words.one}</span>
        {number !== undefined && number !== title && (
          <>
            <span className="figures">{number}</span>
            <CopyButton text={number} />
          </>
        )}
      </p>
      <h2 className="record-title">{title}</h2>
      <p className="detail-facts">
        {record.owner?.name != null && (
          <span className="person">
            <Avatar name={record.owner.name} small />
            {record.owner.name}
          </span>
        )}
        {record.department?.name != null && <span>{record.department.name}</span>}
        <LabelPill label={record.label} />
        <span className="figures">{t("customer-updated", { at: format.dateTime(record.updated_at) })}</span>
      </p>
      <div className="page-actions record-actions">
        {OwnActions !== undefined && <OwnActions object={object} record={record} />}
        {mayOn(object, record, "update") && (
          <Button icon={<EditOutlined aria-hidden />} onClick={() => setEditing(true)}>
            {t("edit")}
          </Button>
        )}
        {mayOn(object, record, "delete") && (
          <Button
            icon={<DeleteOutlined aria-hidden />}
            onClick={confirmRemove}
            aria-label={t("delete")}
            title={t("delete")}
          />
        )}
      </div>
      <Suspense>
        {editing && <EditDrawer object={object} record={record} onClose={() => setEditing(false)} />}
      </Suspense>
    </header>
  );
}
