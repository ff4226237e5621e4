import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { useEffect } from "react";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { ErrorState } from "../../ui/ErrorState";
import { useShowProblem } from "../../ui/useProblemText";
import { refreshCustomers } from "../customers/customers";
import "./reassign.css";
import { goOn, reassignmentQuery, reassignmentsKey, stop, underWay } from "./reassign";

/** How far a mass reassignment has come, and the way to stop it or let it go on. It goes on without this page. */
export function ReassignProgress({ id }: { id: string }) {
  const t = useT();
  const format = useFormat();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const found = useQuery(reassignmentQuery(id));
  const refresh = () => queryClient.invalidateQueries({ queryKey: reassignmentsKey });
  const halt = useMutation({ mutationFn: () => stop(id), onError: showProblem, onSettled: refresh });
  const carryOn = useMutation({ mutationFn: () => goOn(id), onError: showProblem, onSettled: refresh });
  const state = found.data?.state;
  useEffect(() => {
    if (state === "finished") void refreshCustomers(queryClient);
  }, [state, queryClient]);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return null;
  const { total, moved, passed, rests, to } = found.data;
  const counts = { moved: format.number(moved), total: format.number(total), name: to.name ?? "" };
  const done = moved + passed;
  const words = state === "finished" ? "reassign-done" : rests ? "reassign-rests" : "reassign-running";
  return (
    <div role="status" className="reassign-progress">
      <p>{t(words, counts)}</p>
      <Progress
        percent={total === 0 ? 100 : Math.floor((done / total) * 100)}
        status={state === "finished" ? "success" : rests ? "normal" : "active"}
      />
      {passed > 0 && <p className="soft">{t("reassign-passed", { count: passed })}</p>}
      {underWay(found.data) && (
        <>
          <p className="soft">{t("reassign-running-note")}</p>
          <Button size="small" loading={halt.isPending} onClick={() => halt.mutate()}>
            {t("reassign-stop")}
          </Button>
        </>
      )}
      {rests && (
        <Button size="small" loading={carryOn.isPending} onClick={() => carryOn.mutate()}>
          {t("reassign-go-on")}
        </Button>
      )}
    </div>
  );
}
