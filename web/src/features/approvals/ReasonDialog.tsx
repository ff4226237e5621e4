import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Form, Input, Modal } from "antd";
import { useEffect, useRef, useState } from "react";
import { onApprovalNeeded } from "../../api/client";
import { useT } from "../../i18n/useT";
import { reasonRule } from "../../ui/reasonRule";
import { approvalsKey, REASON } from "./approvals";
import "./approvals.css";

/** Asks why, whenever something needs the approval of others, and says where to follow it. */
export function ReasonDialog() {
  const t = useT();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const [given, setGiven] = useState<string | undefined>();
  const [form] = Form.useForm<{ reason: string }>();
  const answer = useRef<(reason: string | null) => void>(() => {});

  const requested = (approval: string) => {
    void queryClient.invalidateQueries({ queryKey: approvalsKey });
    notification.success({
      key: approval,
      title: t("approval-requested-title"),
      description: (
        // What is shown there stands outside the router.
        <Button
          type="link"
          className="approval-follow"
          onClick={() => {
            notification.destroy(approval);
            void navigate({ to: "/approvals/$id", params: { id: approval } });
          }}
        >
          {t("approval-requested-link")}
        </Button>
      ),
    });
  };
  const tell = useRef(requested);
  useEffect(() => {
    tell.current = requested;
  });

  useEffect(() => {
    const stop = onApprovalNeeded({
      reason: (proposed) =>
        new Promise((resolve) => {
          answer.current = resolve;
          setGiven(proposed);
          setOpen(true);
        }),
      requested: (approval) => tell.current(approval),
    });
    return () => {
      stop();
      // Nobody will be asked any more.
      answer.current(null);
    };
  }, []);

  const close = (reason: string | null) => {
    setOpen(false);
    answer.current(reason);
  };
  return (
    <Modal
      open={open}
      title={t("approval-needed-title")}
      okText={t("approval-ask")}
      onOk={form.submit}
      onCancel={() => close(null)}
      mask={{ closable: false }}
      destroyOnHidden
      width={460}
      zIndex={1200}
    >
      <p className="soft">{t("approval-needed-text")}</p>
      <Form
        form={form}
        // A name of its own: the form behind may have a field of the same name.
        name="approval"
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ reason: given }}
        onFinish={({ reason }) => close(reason.trim())}
      >
        <Form.Item name="reason" label={t("approval-reason")} rules={[reasonRule(t, REASON)]}>
          <Input.TextArea rows={4} maxLength={REASON.max} autoFocus />
        </Form.Item>
      </Form>
    </Modal>
  );
}
