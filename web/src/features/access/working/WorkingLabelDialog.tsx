import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Modal } from "antd";
import { api, done } from "../../../api/client";
import type { AccessLabel, SessionLabel } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { FormAlert } from "../../../ui/FormAlert";
import { useFormProblem } from "../../../ui/useFormProblem";
import { isDraft } from "../draft/useAccess";
import { LabelFields } from "../LabelFields";
import { levelsUpTo } from "./working";

interface Props {
  label: SessionLabel;
  onClose: () => void;
}

/** Chooses the label to work at, up to one's clearance. All that is shown is read again afterwards. */
export function WorkingLabelDialog({ label, onClose }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<AccessLabel>();
  const problem = useFormProblem(form);
  const { clearance, working, compartments } = label;
  const save = useMutation({
    mutationFn: (chosen: AccessLabel) => done(api.PUT("/session/working-label", { body: chosen })),
    onSuccess: async () => {
      onClose();
      // What was read at another label and is not shown now is forgotten, what is shown is read again.
      queryClient.removeQueries({ type: "inactive", predicate: ({ queryKey }) => !isDraft(queryKey) });
      await queryClient.invalidateQueries();
      void message.success(t("working-label-set"));
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("working-label")}
      okText={t("working-label-choose")}
      okButtonProps={{ loading: save.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={440}
    >
      <p className="soft">{t("working-label-note")}</p>
      <FormAlert problem={problem} />
      <Form<AccessLabel>
        form={form}
        name="working"
        layout="vertical"
        requiredMark={false}
        initialValues={working}
        onFinish={(chosen) => {
          problem.clear();
          save.mutate(chosen);
        }}
      >
        <LabelFields
          label={t("label-level")}
          levels={levelsUpTo(clearance.level)}
          compartments={compartments.filter(({ bit }) => clearance.compartments.includes(bit))}
        />
      </Form>
    </Modal>
  );
}
