import { useMutation } from "@tanstack/react-query";
import { Form, Input, Modal } from "antd";
import { api, done } from "../../api/client";
import type { Factor } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { NAME_LENGTH } from "./names";

/** Gives a way to sign in another name. */
export function RenameFactor({ factor, onClose }: { factor: Factor; onClose: () => void }) {
  const t = useT();
  const [form] = Form.useForm<{ name: string }>();
  const problem = useFormProblem(form);
  const rename = useMutation({
    mutationFn: ({ name }: { name: string }) =>
      done(
        api.PATCH("/me/factors/{factor_id}", {
          params: { path: { factor_id: factor.id } },
          body: { name },
        }),
      ),
    onSuccess: onClose,
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("factor-rename")}
      okText={t("save")}
      okButtonProps={{ loading: rename.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={420}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: factor.name ?? "" }}
        onFinish={(values) => {
          problem.clear();
          rename.mutate(values);
        }}
      >
        <Form.Item name="name" label={t("factor-name")}>
          <Input autoFocus maxLength={NAME_LENGTH} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
