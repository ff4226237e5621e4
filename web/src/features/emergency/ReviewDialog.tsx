import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Form, Input, Modal, Radio } from "antd";
import { api, done } from "../../api/client";
import type { Emergency } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { reasonRule } from "../../ui/reasonRule";
import { useFormProblem } from "../../ui/useFormProblem";
import { emergencyKey } from "./emergency";

const NOTE = { min: 4, max: 1000 };

interface Values {
  conclusion: "justified" | "misused";
  note: string;
}

/** Signs the review of emergency access that has ended. */
export function ReviewDialog({ emergency, onClose }: { emergency: Emergency; onClose: () => void }) {
  const t = useT();
  const may = useMay();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const { id, user } = emergency;
  const sign = useMutation({
    mutationFn: (values: Values) =>
      done(api.POST("/emergencies/{id}/review", { params: { path: { id } }, body: values })),
    onSuccess: () => {
      void message.success(t("emergency-signed"));
      onClose();
      return queryClient.invalidateQueries({ queryKey: emergencyKey });
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("emergency-review-title", { name: user.name })}
      okText={t("emergency-sign")}
      okButtonProps={{ loading: sign.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      mask={{ closable: false }}
      width={480}
      destroyOnHidden
    >
      <p className="soft">{t("emergency-review-note")}</p>
      {may("audit_entry.list") && (
        <p>
          <Entries emergency={emergency} />
        </p>
      )}
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        name="emergency-review"
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => {
          problem.clear();
          sign.mutate(values);
        }}
      >
        <Form.Item
          name="conclusion"
          label={t("emergency-conclusion")}
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Radio.Group
            options={(["justified", "misused"] as const).map((value) => ({
              value,
              label: t(`emergency-conclusion-${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="note" label={t("emergency-remark")} rules={[reasonRule(t, NOTE)]}>
          <Input.TextArea rows={4} maxLength={NOTE.max} />
        </Form.Item>
      </Form>
    </Modal>
  );
}

/** The way to the entries of who had it, for the time it went on. */
export function Entries({ emergency }: { emergency: Emergency }) {
  const t = useT();
  const from = emergency.begun_at ?? undefined;
  const to = emergency.ended_at ?? emergency.until;
  return (
    <Link to="/audit" search={{ actor_id: emergency.user.id, from, to }}>
      {t("emergency-review-entries")}
    </Link>
  );
}
