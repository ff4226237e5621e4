import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Modal, Radio } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import type { FactorKind, User } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";

/** Takes the factors of somebody away who lost them: all, or those of one kind. */
export function ResetFactors({ user, onClose }: { user: User; onClose: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const showProblem = useShowProblem();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<FactorKind | "all">("all");
  const reset = useMutation({
    mutationFn: () =>
      kind === "all"
        ? done(api.DELETE("/users/{id}/factors", { params: { path: { id: user.id } } }))
        : done(api.DELETE("/users/{id}/factors/{kind}", { params: { path: { id: user.id, kind } } })),
    onSuccess: () => {
      void message.success(t("factors-reset-done"));
      onClose();
      return queryClient.invalidateQueries({ queryKey: ["users"] });
    },
    onError: showProblem,
  });
  const choices = user.factors.length > 1 ? (["all", ...user.factors] as const) : [];
  return (
    <Modal
      open
      title={t("factors-reset-title", { name: user.name })}
      okText={t("factors-reset-confirm")}
      okButtonProps={{ danger: true, loading: reset.isPending }}
      onOk={() => reset.mutate()}
      onCancel={onClose}
      width={460}
    >
      <p>{t("factors-reset-text")}</p>
      {choices.length > 0 && (
        <Radio.Group
          aria-label={t("factors-title")}
          value={kind}
          onChange={(event) => setKind(event.target.value)}
          options={choices.map((value) => ({ value, label: t(`factor-${value}`) }))}
        />
      )}
    </Modal>
  );
}
