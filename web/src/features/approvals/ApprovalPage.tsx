import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { App, Button, Form, Input, Modal, Skeleton } from "antd";
import { useCallback, useState } from "react";
import { api, carryOut, done } from "../../api/client";
import type { Approval, Reassignment } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { PageHeader } from "../../ui/PageHeader";
import { Pill } from "../../ui/Pill";
import { reasonRule } from "../../ui/reasonRule";
import { fileNameOf, saveFile } from "../../ui/saveFile";
import { useShowProblem } from "../../ui/useProblemText";
import { ReassignProgress } from "../reassign/ReassignProgress";
import { approvalQuery, approvalsKey, REASON, toneOf } from "./approvals";
import "./approvals.css";
import { Changes } from "./Changes";
import { Revealed, type RevealedValue, revealedBy } from "./Revealed";
import { Steps } from "./Steps";
import { TransferDialog } from "./TransferDialog";
import { useOperationName } from "./useOperationName";

/** One request: what would be done, why, who decides, and what the person can do about it. */
export function ApprovalPage() {
  const { id } = useParams({ from: "/shell/approvals/$id" });
  const found = useQuery(approvalQuery(id));
  if (found.isError) {
    return (
      <div className="panel">
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      </div>
    );
  }
  if (found.data === undefined) return <Skeleton active />;
  return <Detail approval={found.data} />;
}

function Detail({ approval }: { approval: Approval }) {
  const t = useT();
  const format = useFormat();
  const operation = useOperationName();
  const { state, requester, reason, records } = approval;
  const [revealed, setRevealed] = useState<RevealedValue | null>(null);
  const [begun, setBegun] = useState<string | null>(null);
  const hide = useCallback(() => setRevealed(null), []);
  return (
    <>
      <PageHeader
        title={operation(approval.operation)}
        note={<Link to="/approvals">{t("approvals-back")}</Link>}
        actions={<Actions approval={approval} onRevealed={setRevealed} onBegun={setBegun} />}
      />
      {begun !== null && (
        <section className="panel reassign-notice" aria-label={t("reassign-title")}>
          <ReassignProgress id={begun} />
        </section>
      )}
      {revealed !== null && <Revealed revealed={revealed} onHide={hide} />}
      <div className="approval-detail">
        <section className="panel" aria-label={t("approval-what")}>
          <div className="panel-head">
            <h2>{t("approval-what")}</h2>
            <Pill tone={toneOf(state)}>{t(`approval-state-${state}`)}</Pill>
          </div>
          <div className="panel-body">
            <p className="soft">{t(`approval-state-${state}-note`)}</p>
            <Changes changes={approval.changes} />
            {approval.operation === "customers_export" && records != null && records > 1 && (
              <p className="approval-measure">{t("approval-records-limit", { count: records })}</p>
            )}
          </div>
        </section>
        <section className="panel" aria-label={t("approval-why")}>
          <div className="panel-head">
            <h2>{t("approval-why")}</h2>
          </div>
          <div className="panel-body">
            <blockquote className="approval-quote">{reason}</blockquote>
            <p className="approval-facts soft">
              <span>
                {t("approval-by", { name: requester.name, at: format.dateTime(approval.created_at) })}
              </span>
              <span>{t("approval-until", { at: format.dateTime(approval.expires_at) })}</span>
            </p>
            <h3>{t("approval-who")}</h3>
            <Steps approval={approval} />
          </div>
        </section>
      </div>
    </>
  );
}

interface ActionsProps {
  approval: Approval;
  onRevealed: (revealed: RevealedValue | null) => void;
  /** A mass reassignment began. */
  onBegun: (reassignment: string) => void;
}

function Actions({ approval, onRevealed, onBegun }: ActionsProps) {
  const t = useT();
  const { message, modal } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [refusing, setRefusing] = useState(false);
  const [transferring, setTransferring] = useState(false);
  const { id, actions, operation, replay } = approval;
  const refresh = () => queryClient.invalidateQueries({ queryKey: approvalsKey });
  const path = { params: { path: { id } } };
  const decide = useMutation({
    mutationFn: (decision: { approve: boolean; note: string }) =>
      done(api.POST("/approvals/{id}/decision", { ...path, body: decision })),
    onSuccess: (_, { approve }) => {
      setRefusing(false);
      void message.success(t(approve ? "approval-approved" : "approval-refused"));
    },
    onError: showProblem,
    onSettled: refresh,
  });
  const withdraw = useMutation({
    mutationFn: () => done(api.DELETE("/approvals/{id}", path)),
    onSuccess: () => void message.success(t("approval-withdrawn")),
    onError: showProblem,
    onSettled: refresh,
  });
  const execute = useMutation({
    mutationFn: async () => {
      if (replay == null) return;
      const response = await carryOut(id, replay);
      if (response.headers.get("Content-Disposition") !== null) {
        saveFile(await response.blob(), fileNameOf(response, "download"));
      } else {
        onRevealed(await revealedBy(operation, response));
        if (operation === "reassignments_start") onBegun(((await response.json()) as Reassignment).id);
      }
    },
    onSuccess: () => {
      void message.success(t("approval-executed"));
      // It may have changed anything.
      return queryClient.invalidateQueries();
    },
    onError: showProblem,
    onSettled: refresh,
  });
  const confirmWithdrawal = () =>
    modal.confirm({
      title: t("approval-withdraw-title"),
      okText: t("approval-withdraw"),
      onOk: () => withdraw.mutate(),
    });
  return (
    <>
      {actions.includes("withdraw") && <Button onClick={confirmWithdrawal}>{t("approval-withdraw")}</Button>}
      {actions.includes("transfer") && (
        <Button onClick={() => setTransferring(true)}>{t("approval-transfer")}</Button>
      )}
      {actions.includes("decide") && (
        <>
          <Button danger onClick={() => setRefusing(true)}>
            {t("approval-refuse")}
          </Button>
          <Button
            type="primary"
            loading={decide.isPending}
            onClick={() => decide.mutate({ approve: true, note: "" })}
          >
            {t("approval-approve")}
          </Button>
        </>
      )}
      {actions.includes("execute") && replay != null && (
        <Button type="primary" loading={execute.isPending} onClick={() => execute.mutate()}>
          {t("approval-execute")}
        </Button>
      )}
      {transferring && <TransferDialog approval={approval} onClose={() => setTransferring(false)} />}
      {refusing && (
        <Refusal
          pending={decide.isPending}
          onCancel={() => setRefusing(false)}
          onRefuse={(note) => decide.mutate({ approve: false, note })}
        />
      )}
    </>
  );
}

interface RefusalProps {
  pending: boolean;
  onCancel: () => void;
  onRefuse: (note: string) => void;
}

function Refusal({ pending, onCancel, onRefuse }: RefusalProps) {
  const t = useT();
  const [form] = Form.useForm<{ note: string }>();
  return (
    <Modal
      open
      title={t("approval-refuse-title")}
      okText={t("approval-refuse")}
      okButtonProps={{ danger: true, loading: pending }}
      onOk={form.submit}
      onCancel={onCancel}
      width={460}
    >
      <Form form={form} layout="vertical" requiredMark={false} onFinish={({ note }) => onRefuse(note.trim())}>
        <Form.Item name="note" label={t("approval-refuse-note")} rules={[reasonRule(t, REASON)]}>
          <Input.TextArea rows={4} maxLength={REASON.max} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
