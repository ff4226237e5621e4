import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Form, Input, Modal, Select } from "antd";
import { api, body } from "../../api/client";
import type { DataScope } from "../../api/types";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { DATA_SCOPES, departmentOptions, departmentsQuery } from "../admin/admin";
import { serviceAccountsQuery } from "./apiKeys";

interface Values {
  name: string;
  department_id?: string | null;
  data_scope: DataScope;
}

/** Makes a service account, which has no roles until the security administrator grants some. */
export function AccountDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const { data: departments } = useQuery(departmentsQuery);
  const make = useMutation({
    mutationFn: ({ name, department_id = null, data_scope }: Values) =>
      body(api.POST("/service-accounts", { body: { name, department_id, data_scope } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: serviceAccountsQuery.queryKey });
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("service-account-create")}
      okText={t("create")}
      okButtonProps={{ loading: make.isPending }}
      cancelText={t("cancel")}
      onOk={form.submit}
      onCancel={onClose}
    >
      <p className="soft">{t("service-account-note")}</p>
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ data_scope: "own" }}
        onFinish={(values) => {
          problem.clear();
          make.mutate(values);
        }}
      >
        <Form.Item
          name="name"
          label={t("service-account-name")}
          rules={[{ required: true, whitespace: true, message: t("hint-required") }]}
        >
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="department_id" label={t("user-department")}>
          <Select allowClear options={departmentOptions(departments?.items ?? [])} />
        </Form.Item>
        <Form.Item name="data_scope" label={t("user-scope")}>
          <Select options={DATA_SCOPES.map((scope) => ({ value: scope, label: t(`scope-${scope}`) }))} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
