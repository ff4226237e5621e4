import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Drawer, Form, Input } from "antd";
import { api, done } from "../../api/client";
import type { AssignedFinding } from "../../api/types";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { reasonRule } from "../../ui/reasonRule";
import { useFormProblem } from "../../ui/useFormProblem";
import { FindingFacts } from "../audit/FindingParts";
import { findingsKey } from "./findings";

const NOTE = { min: 2, max: 500 };

/** One finding before whoever looks after it: what it is, what to do, and what they say was done. */
export function RemedyDrawer({ finding, onClose }: { finding: AssignedFinding | null; onClose: () => void }) {
  const t = useT();
  return (
    <Drawer open={finding !== null} onClose={onClose} size={520} title={t("finding-what")} destroyOnHidden>
      {finding !== null && <Content key={finding.id} finding={finding} onClose={onClose} />}
    </Drawer>
  );
}

function Content({ finding, onClose }: { finding: AssignedFinding; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  return (
    <>
      <FindingFacts finding={finding}>
        {finding.due_at !== null && (
          <div>
            <dt>{t("finding-due")}</dt>
            <dd>{format.date(finding.due_at)}</dd>
          </div>
        )}
        {finding.state !== "open" && finding.remedy !== null && (
          <div>
            <dt>{t("my-finding-yours")}</dt>
            <dd>{finding.remedy}</dd>
          </div>
        )}
      </FindingFacts>
      {finding.state === "open" ? (
        <RemedyForm finding={finding} onDone={onClose} />
      ) : (
        <Alert type="info" showIcon title={t("my-finding-closed")} />
      )}
    </>
  );
}

interface Values {
  note: string;
  done: boolean;
}

function RemedyForm({ finding, onDone }: { finding: AssignedFinding; onDone: () => void }) {
  const t = useT();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const say = useMutation({
    mutationFn: (values: Values) =>
      done(
        api.PUT("/me/findings/{id}/remedy", {
          params: { path: { id: finding.id }, header: { "If-Match": `"${finding.version}"` } },
          body: values,
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: findingsKey });
      void message.success(t("my-finding-saved"));
      onDone();
    },
    onError: problem.show,
  });
  return (
    <>
      <FormAlert problem={problem} />
      <Form<Values>
        form={form}
        name="remedy"
        layout="vertical"
        requiredMark={false}
        className="finding-form"
        initialValues={{ note: finding.remedy ?? "", done: finding.remedied }}
        onFinish={(values) => {
          problem.clear();
          say.mutate(values);
        }}
      >
        <Form.Item
          name="note"
          label={t("my-finding-note")}
          extra={t("my-finding-note-hint")}
          rules={[reasonRule(t, NOTE)]}
        >
          <Input.TextArea rows={4} maxLength={NOTE.max} />
        </Form.Item>
        <Form.Item name="done" valuePropName="checked">
          <Checkbox>{t("my-finding-done")}</Checkbox>
        </Form.Item>
        <div className="drawer-buttons">
          <Button type="primary" htmlType="submit" loading={say.isPending}>
            {t("my-finding-save")}
          </Button>
        </div>
      </Form>
    </>
  );
}
