import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Modal } from "antd";
import { APPROVAL_REQUESTED, api, done, ifMatch } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { useT } from "../../../i18n/useT";
import { useProblemText } from "../../../ui/useProblemText";
import { refreshAccess } from "../access";
import { Problems } from "../Problems";
import { Differences } from "./Differences";
import type { Difference, Draft } from "./draft";

interface Props {
  draft: Draft;
  changes: Difference[];
  /** Others have saved a newer version. */
  onStale: () => Promise<void>;
  /** It is in force, or has been asked for. */
  onSaved: () => void;
  onClose: () => void;
}

/** Everything that would be put into force, before it is. */
export function ReviewDialog({ draft, changes, onStale, onSaved, onClose }: Props) {
  const t = useT();
  const text = useProblemText();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const submit = useMutation({
    mutationFn: () =>
      done(
        api.PUT("/access/rules", {
          params: { header: { "If-Match": ifMatch(draft.generation) } },
          body: draft.mine,
        }),
      ),
    onSuccess: async () => {
      void message.success(t("access-saved"));
      await refreshAccess(queryClient);
      onSaved();
    },
    onError: (thrown) => {
      const { status, code } = toApiError(thrown);
      // What was asked for is kept with the request, word for word: carrying it out is done from there.
      if (code === APPROVAL_REQUESTED) onSaved();
      else if (status === 412) void onStale();
    },
  });
  const problem = submit.error === null ? undefined : toApiError(submit.error);
  return (
    <Modal
      open
      title={t("access-submit-title")}
      okText={t("access-submit")}
      okButtonProps={{ loading: submit.isPending }}
      onOk={() => submit.mutate()}
      onCancel={onClose}
      width={520}
    >
      <p className="soft">{t("access-submit-note")}</p>
      {problem !== undefined &&
        problem.status !== 412 &&
        (problem.fields.length > 0 ? (
          <Problems problems={problem.fields} configuration={draft.mine} />
        ) : (
          <Alert type="error" showIcon className="form-alert" title={text.of(problem)} />
        ))}
      <Differences changes={changes} />
    </Modal>
  );
}
