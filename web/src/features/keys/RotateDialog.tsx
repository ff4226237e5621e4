import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Modal, Radio } from "antd";
import { useState } from "react";
import { APPROVAL_REQUESTED, api, done } from "../../api/client";
import { toApiError } from "../../api/problem";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";
import { keysQuery, SUITES, type Suite } from "./keys";

interface Props {
  /** The suite in use. */
  current: string;
  onClose: () => void;
}

/** Asks for new keys, and in which suite. */
export function RotateDialog({ current, onClose }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [suite, setSuite] = useState<Suite>(current === "sm" ? "sm" : "aes");
  const begin = useMutation({
    mutationFn: () => done(api.POST("/keys/rotations", { body: { suite } })),
    onSuccess: async () => {
      void message.success(t("keys-rotation-begun"));
      await queryClient.invalidateQueries({ queryKey: keysQuery.queryKey });
      onClose();
    },
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
      else showProblem(error);
    },
  });
  return (
    <Modal
      open
      title={t("keys-rotate")}
      okText={t("keys-rotate-begin")}
      confirmLoading={begin.isPending}
      onOk={() => begin.mutate()}
      onCancel={onClose}
    >
      <p>{t("keys-rotate-text")}</p>
      <Radio.Group
        className="keys-suites"
        aria-label={t("keys-suite")}
        value={suite}
        onChange={({ target }) => setSuite(target.value as Suite)}
        options={SUITES.map((value) => ({ value, label: t(`keys-suite-${value}`) }))}
      />
    </Modal>
  );
}
