import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Form, Modal, Select } from "antd";
import { api, body } from "../../api/client";
import type { AccessReviewProgress } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { useOwnerOptions } from "../customers/customers";
import { reviewsKey } from "./reviews";

interface Props {
  review: string;
  from: AccessReviewProgress;
  onClose: () => void;
}

/** Hands the open lines of a reviewer to somebody else. */
export function HandDialog({ review, from, onClose }: Props) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const people = useOwnerOptions().filter(({ value }) => value !== from.reviewer?.id);
  const [form] = Form.useForm<{ to: string }>();
  const problem = useFormProblem(form);
  const hand = useMutation({
    mutationFn: ({ to }: { to: string }) =>
      body(
        api.POST("/access-reviews/{id}/reassignments", {
          params: { path: { id: review } },
          body: { from: from.reviewer?.id ?? null, to },
        }),
      ),
    onSuccess: ({ moved, barred }) => {
      const told = t("reviews-handed", { count: moved });
      if (barred > 0) void message.warning(`${told} ${t("reviews-barred", { count: barred })}`);
      else void message.success(told);
      onClose();
      return queryClient.invalidateQueries({ queryKey: reviewsKey });
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("reviews-hand-title", { name: from.reviewer?.name ?? t("reviews-nobody") })}
      okText={t("reviews-hand")}
      okButtonProps={{ loading: hand.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={440}
      destroyOnHidden
    >
      <p className="soft">{t("reviews-hand-note", { count: from.count.open })}</p>
      <FormAlert problem={problem} />
      <Form<{ to: string }>
        form={form}
        name="review-hand"
        layout="vertical"
        requiredMark={false}
        onFinish={(values) => {
          problem.clear();
          hand.mutate(values);
        }}
      >
        <Form.Item
          name="to"
          label={t("reviews-hand-to")}
          rules={[{ required: true, message: t("hint-required") }]}
        >
          <Select showSearch={{ optionFilterProp: "label" }} options={people} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
