import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, SwapOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import type { Approval, ApprovalApprover } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { directoryQuery } from "../customers/customers";

/** Who may decide in each step, and who did. */
export function Steps({ approval }: { approval: Approval }) {
  const t = useT();
  const format = useFormat();
  const name = useApproverName();
  return (
    <ol className="approval-steps">
      {approval.steps.map((step, number) => {
        const votes = approval.votes.filter((vote) => vote.step === number);
        const done = number < approval.step;
        const waits = number === approval.step && approval.state === "open";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <li key={number} className={waits ? "approval-step-waits" : undefined}>
            <span className="approval-step-who">
              {t("approval-step", {
                needed: step.needed,
                who: format.either(step.approvers.map(name)),
              })}
              {waits && <ClockCircleOutlined aria-hidden />}
              {done && <CheckCircleFilled aria-hidden className="approval-yes" />}
            </span>
            {approval.transfers
              .filter((transfer) => transfer.step === number)
              .map(({ by, to, at, note }) => (
                <span key={by.id} className="approval-vote">
                  <SwapOutlined aria-hidden className="soft" />
                  <span>
                    {t("approval-handed-on", { name: by.name, to: to.name, at: format.dateTime(at) })}
                    <q>{note}</q>
                  </span>
                </span>
              ))}
            {votes.map((vote) => (
              <span key={vote.by.id} className="approval-vote">
                {vote.approves ? (
                  <CheckCircleFilled aria-hidden className="approval-yes" />
                ) : (
                  <CloseCircleFilled aria-hidden className="approval-no" />
                )}
                <span>
                  {t(vote.approves ? "approval-vote-yes" : "approval-vote-no", {
                    name: vote.by.name,
                    at: format.dateTime(vote.at),
                  })}
                  {vote.seat != null && ` ${t("approval-vote-for", { name: vote.seat.name })}`}
                  {vote.note !== "" && <q>{vote.note}</q>}
                </span>
              </span>
            ))}
          </li>
        );
      })}
    </ol>
  );
}

/** What an approver of a rule is called. */
export function useApproverName(): (approver: ApprovalApprover) => string {
  const t = useT();
  const people = useQuery(directoryQuery);
  return ({ role, user_id: user, lead }) => {
    if (role != null) return t(`role-${role}`);
    if (lead) return t("approver-lead");
    return people.data?.items.find(({ id }) => id === user)?.name ?? t("approver-person");
  };
}
