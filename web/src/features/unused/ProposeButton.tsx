import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import type { PersonUsage } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";
import { reduce } from "./unused";

/** Proposes the smaller role: changed at once, or sent for approval where the rules ask for it. */
export function ProposeButton({ person, roles }: { person: PersonUsage; roles: string }) {
  const t = useT();
  const { modal, message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const propose = useMutation({
    mutationFn: () => reduce(person),
    onSuccess: () => {
      void message.success(t("unused-reduced", { name: person.name }));
      return queryClient.invalidateQueries();
    },
    onError: showProblem,
  });
  const confirm = () =>
    modal.confirm({
      title: t("unused-propose-title", { name: person.name, roles }),
      content: t(person.new ? "unused-propose-new" : "unused-propose-text"),
      okText: t("unused-propose"),
      onOk: () => propose.mutate(),
    });
  return (
    <Button
      size="small"
      loading={propose.isPending}
      aria-label={t("unused-propose-named", { name: person.name })}
      onClick={confirm}
    >
      {t("unused-propose")}
    </Button>
  );
}
