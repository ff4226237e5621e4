import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Form, Input, Modal, Radio } from "antd";
import { APPROVAL_REQUESTED } from "../../api/client";
import { toApiError } from "../../api/problem";
import { useT } from "../../i18n/useT";
import { reasonRule } from "../../ui/reasonRule";
import { useProblemText } from "../../ui/useProblemText";

/** What people usually look at a number for. The words are sent as the reason. */
const USUAL_REASONS = ["call", "visit", "contract", "invoice", "verify"] as const;
/** The second step of the keys under which timelines are kept, of customers and of records. */
const TIMELINE = "timeline";
const OTHER = "other";
export const REASON = { min: 2, max: 200 };

interface Values {
  usual: string;
  reason?: string;
}

interface Props {
  open: boolean;
  /** The field, in words. */
  what: string;
  /** Whose it is. */
  whose: string;
  reveal: (reason: string) => Promise<string>;
  onRevealed: (value: string) => void;
  onClose: () => void;
}

/** Asks for what purpose a masked value is to be seen. The reason goes into the audit log before the value comes. */
export function RevealDialog({ open, what, whose, reveal, onRevealed, onClose }: Props) {
  const t = useT();
  const text = useProblemText();
  const [form] = Form.useForm<Values>();
  const usual = Form.useWatch("usual", form);
  const queryClient = useQueryClient();
  const ask = useMutation({
    mutationFn: reveal,
    onSuccess: (value) => {
      onRevealed(value);
      // The reveal is now part of what happened around the record.
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[1] === TIMELINE });
    },
    // It waits for the yes of others, and is shown where that is followed.
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
    },
  });
  const submit = ({ usual: chosen, reason }: Values) =>
    ask.mutate(chosen === OTHER ? (reason ?? "").trim() : t(`reveal-reason-${chosen}`));
  return (
    <Modal
      open={open}
      title={t("reveal-title", { field: what })}
      okText={t("reveal-show")}
      okButtonProps={{ loading: ask.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={440}
      destroyOnHidden
    >
      <p className="soft">{t("reveal-note", { name: whose })}</p>
      {ask.isError && <Alert type="error" showIcon title={text.of(ask.error)} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={{ usual: USUAL_REASONS[0] }}
        onFinish={submit}
      >
        <Form.Item name="usual" label={t("reveal-reason")}>
          <Radio.Group
            className="reason-list"
            options={[...USUAL_REASONS, OTHER].map((code) => ({
              value: code,
              label: t(`reveal-reason-${code}`),
            }))}
          />
        </Form.Item>
        {usual === OTHER && (
          <Form.Item name="reason" label={t("reveal-own-words")} rules={[reasonRule(t, REASON)]}>
            <Input autoFocus maxLength={REASON.max} />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}
