import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Form, Modal, Select } from "antd";
import { api, body } from "../../api/client";
import type { ApiKey } from "../../api/types";
import { useT } from "../../i18n/useT";
import { useShowProblem } from "../../ui/useProblemText";
import { endAfter, LIVES, serviceAccountsQuery } from "./apiKeys";

interface Values {
  overlap_days: number;
  days: number;
}

const OVERLAPS = [0, 1, 3, 7];

interface Props {
  apiKey: ApiKey;
  onClose: () => void;
  onMade: (secret: string) => void;
}

/** Puts a new key beside one, which ends some days later. */
export function RotateDialog({ apiKey, onClose, onMade }: Props) {
  const t = useT();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const [form] = Form.useForm<Values>();
  const rotate = useMutation({
    mutationFn: ({ overlap_days, days }: Values) =>
      body(
        api.POST("/api-keys/{id}/rotation", {
          params: { path: { id: apiKey.id } },
          body: { overlap_days, expires_at: endAfter(days) },
        }),
      ),
    onSuccess: async ({ secret }) => {
      await queryClient.invalidateQueries({ queryKey: serviceAccountsQuery.queryKey });
      onMade(secret);
    },
    onError: showProblem,
  });
  return (
    <Modal
      open
      title={t("api-key-rotate-title", { name: apiKey.name })}
      okText={t("api-key-rotate")}
      okButtonProps={{ loading: rotate.isPending }}
      cancelText={t("cancel")}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p className="soft">{t("api-key-rotate-note")}</p>
      <Form<Values>
        form={form}
        layout="vertical"
        initialValues={{ overlap_days: 1, days: 90 }}
        onFinish={(values) => rotate.mutate(values)}
      >
        <Form.Item name="overlap_days" label={t("api-key-overlap")}>
          <Select
            options={OVERLAPS.map((days) => ({
              value: days,
              label: days === 0 ? t("api-key-overlap-none") : t("api-key-days", { days }),
            }))}
          />
        </Form.Item>
        <Form.Item name="days" label={t("api-key-life")}>
          <Select options={LIVES.map((days) => ({ value: days, label: t("api-key-days", { days }) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
