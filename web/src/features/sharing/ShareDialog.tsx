import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, DatePicker, Form, Modal, Radio, Select } from "antd";
import type { Dayjs } from "dayjs";
import { ask } from "../../api/records";
import { useT } from "../../i18n/useT";
import { useFormProblem } from "../../ui/useFormProblem";
import { useOwnerOptions } from "../customers/customers";
import { departmentsQuery, endOfDay, type Shareable, teamsQuery } from "./sharing";

interface Values {
  kind: "user" | "department" | "team";
  grantee_id: string;
  share: "read" | "write";
  until?: Dayjs | null;
}

/** Lets a colleague, a department or a team see or change one record. */
export function ShareDialog({ record, onClose }: { record: Shareable; onClose: () => void }) {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch("kind", form) ?? "user";
  const people = useOwnerOptions();
  const departments = useQuery(departmentsQuery);
  const teams = useQuery(teamsQuery);
  const queryClient = useQueryClient();
  const problem = useFormProblem(form);
  const share = useMutation({
    mutationFn: ({ until, ...values }: Values) =>
      ask("POST", `${record.base}/shares`, {
        body: { ...values, ...(until == null ? {} : { until: endOfDay(until) }) },
      }),
    onSuccess: async () => {
      onClose();
      await record.refresh(queryClient);
    },
    onError: problem.show,
  });
  // Most organisations have no teams: then there is nothing to choose.
  const kinds = (["user", "department", "team"] as const).filter(
    (value) => value !== "team" || (teams.data?.items.length ?? 0) > 0,
  );
  const options =
    kind === "user"
      ? people.filter(({ value }) => value !== record.owner?.id)
      : ((kind === "team" ? teams.data?.items : departments.data?.items) ?? []).map(({ id, name }) => ({
          value: id,
          label: name,
        }));
  return (
    <Modal
      open
      title={t("share-title")}
      okText={t("sharing-add")}
      okButtonProps={{ loading: share.isPending }}
      onOk={form.submit}
      onCancel={onClose}
      width={440}
      destroyOnHidden
    >
      <p className="soft">{t("share-note")}</p>
      {problem.general !== null && <Alert type="error" showIcon title={problem.general} />}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "user", share: "read" }}
        onValuesChange={(changed: Partial<Values>) => {
          if (changed.kind !== undefined) form.resetFields(["grantee_id"]);
        }}
        onFinish={(values: Values) => share.mutate(values)}
      >
        <Form.Item name="kind" label={t("share-with")}>
          <Radio.Group
            options={kinds.map((value) => ({
              value,
              label: t(`share-kind-${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="grantee_id"
          label={t(`share-kind-${kind}`)}
          rules={[{ required: true, message: t("share-choose") }]}
        >
          <Select showSearch={{ optionFilterProp: "label" }} options={options} />
        </Form.Item>
        <Form.Item name="share" label={t("share-extent")}>
          <Radio.Group
            options={(["read", "write"] as const).map((value) => ({ value, label: t(`share-${value}`) }))}
          />
        </Form.Item>
        <Form.Item name="until" label={t("share-until")} extra={t("share-until-note")}>
          <DatePicker minDate={undefined} disabledDate={(day) => day.endOf("day").valueOf() < Date.now()} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
