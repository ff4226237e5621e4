import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { api, done } from "../../api/client";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";

/** Ends emergency access by hand. */
export function EndButton({ id, size }: { id: string; size?: "small" }) {
  const t = useT();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const end = useMutation({
    mutationFn: () => done(api.POST("/emergencies/{id}/end", { params: { path: { id } } })),
    onSuccess: () => void message.success(t("emergency-ended")),
    onError: showProblem,
    // What it let be seen is not to be seen any more.
    onSettled: () => queryClient.invalidateQueries(),
  });
  const confirm = () =>
    modal.confirm({
      title: t("emergency-end-title"),
      okText: t("emergency-end"),
      onOk: () => end.mutate(),
    });
  return (
    <Button danger size={size} loading={end.isPending} onClick={confirm}>
      {t("emergency-end")}
    </Button>
  );
}
