import { useMutation } from "@tanstack/react-query";
import { Alert, App, Checkbox, Form, Input, Modal, Radio } from "antd";
import { APPROVAL_REQUESTED, api } from "../../../api/client";
import { asApiError, toApiError } from "../../../api/problem";
import type { FieldInfo } from "../../../api/types";
import { useLanguage } from "../../../i18n/LanguageProvider";
import { useFormat } from "../../../i18n/useFormat";
import { useT } from "../../../i18n/useT";
import { reasonRule } from "../../../ui/reasonRule";
import { fileNameOf, saveFile } from "../../../ui/saveFile";
import { useProblemText } from "../../../ui/useProblemText";
import { useFieldLabel } from "../../fields/fields";
import { REASON } from "../../reveal/RevealDialog";
import { exportableColumns } from "./columns";
import type { ListSearch } from "./listSearch";

interface Values {
  format: "xlsx" | "csv";
  columns: string[];
  reason: string;
}

interface Props {
  fields: FieldInfo[];
  chosen: string[];
  search: ListSearch;
  total: number;
  onClose: () => void;
}

/** Takes the list as filtered out of the system, with a reason that goes into the audit log. */
export function ExportDialog({ fields, chosen, search, total, onClose }: Props) {
  const t = useT();
  const format = useFormat();
  const { words } = useLanguage();
  const label = useFieldLabel();
  const text = useProblemText();
  const { message } = App.useApp();
  const [form] = Form.useForm<Values>();
  const available = exportableColumns(fields);
  const take = useMutation({
    mutationFn: async (values: Values) => {
      // The sort is of the page, not of what is exported.
      const { sort: _, ...filter } = search;
      const answer = await api.POST("/customers/exports", {
        body: { ...values, filter, lang: words.language },
        parseAs: "blob",
      });
      if (!answer.response.ok) throw asApiError(answer.response.status, answer.error);
      saveFile(answer.data as unknown as Blob, fileNameOf(answer.response, `customers.${values.format}`));
    },
    onSuccess: () => {
      void message.success(t("export-done"));
      onClose();
    },
    onError: (error) => {
      if (toApiError(error).code === APPROVAL_REQUESTED) onClose();
    },
  });
  return (
    <Modal
      open
      title={t("export-title", { count: total })}
      okText={t("export-take")}
      okButtonProps={{ loading: take.isPending, disabled: total === 0 }}
      onOk={form.submit}
      onCancel={onClose}
      width={560}
    >
      <p className="soft">{t("export-note", { total: format.number(total) })}</p>
      {take.isError && <Alert type="error" showIcon className="form-alert" title={text.of(take.error)} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ format: "xlsx", columns: chosen.filter((name) => available.includes(name)) }}
        onFinish={(values) => take.mutate(values)}
      >
        <Form.Item name="format" label={t("export-format")}>
          <Radio.Group
            options={[
              { value: "xlsx", label: t("format-xlsx") },
              { value: "csv", label: t("format-csv") },
            ]}
          />
        </Form.Item>
        <Form.Item
          name="columns"
          label={t("export-columns")}
          rules={[{ required: true, type: "array", min: 1, message: t("hint-required") }]}
        >
          <Checkbox.Group
            className="export-columns"
            options={available.map((name) => ({ value: name, label: label(name) }))}
          />
        </Form.Item>
        <Form.Item
          name="reason"
          label={t("export-reason")}
          extra={t("export-reason-note")}
          rules={[reasonRule(t, REASON)]}
        >
          <Input maxLength={REASON.max} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
