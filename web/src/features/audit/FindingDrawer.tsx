import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Checkbox, DatePicker, Drawer, Form, Input, Radio, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { api, body } from "../../api/client";
import type { AuditFinding, AuditFindingState } from "../../api/types";
import { useMay } from "../../app/session/session";
import { useFormat } from "../../i18n/useFormat";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { Pill } from "../../ui/Pill";
import { useFormProblem } from "../../ui/useFormProblem";
import { directoryQuery } from "../customers/customers";
import { FindingFacts } from "./FindingParts";
import { evidenceOf, STATES } from "./findings";

/** One finding: what it is, what to do, where the evidence is, and what is to become of it. */
export function FindingDrawer({ finding, onClose }: { finding: AuditFinding | null; onClose: () => void }) {
  const t = useT();
  return (
    <Drawer open={finding !== null} onClose={onClose} size={520} title={t("finding-what")} destroyOnHidden>
      {finding !== null && <Content key={finding.id} finding={finding} onClose={onClose} />}
    </Drawer>
  );
}

interface Values {
  state: AuditFindingState;
  owner_id: string | null;
  due_at: Dayjs | null;
  reason: string;
  accepted_until: Dayjs | null;
  send_back: boolean;
}

function Content({ finding, onClose }: { finding: AuditFinding; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const { message } = App.useApp();
  const queryClient = useQueryClient();
  const may = useMay();
  const { data: directory } = useQuery({ ...directoryQuery, enabled: may("user.read") });
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const state = Form.useWatch("state", form) ?? finding.state;
  const evidence = evidenceOf(finding);
  const decide = useMutation({
    mutationFn: (values: Values) =>
      body(
        api.PUT("/audit/findings/{id}", {
          params: { path: { id: finding.id }, header: { "If-Match": `"${finding.version}"` } },
          body: {
            state: values.state,
            send_back: values.state === "open" && values.send_back === true,
            owner_id: values.owner_id ?? null,
            due_at: values.due_at?.endOf("day").toISOString() ?? null,
            reason: values.state === "open" ? null : values.reason,
            accepted_until:
              values.state === "accepted"
                ? (values.accepted_until?.endOf("day").toISOString() ?? null)
                : null,
          },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["audit", "findings"] });
      void message.success(t("finding-decided"));
      onClose();
    },
    onError: problem.show,
  });
  return (
    <>
      <FindingFacts
        finding={finding}
        again={
          finding.reopened > 0 && (
            <span className="soft">{t("finding-back", { count: finding.reopened })}</span>
          )
        }
      >
        {(evidence !== null || finding.trace.entries.length > 0) && (
          <div>
            <dt>{t("finding-evidence")}</dt>
            <dd className="finding-evidence">
              {evidence !== null && (
                <Link to="/audit" search={evidence}>
                  {t("finding-evidence-show")}
                </Link>
              )}
              {finding.trace.entries.map((index) => (
                <code key={index} className="soft">
                  {t("finding-entry", { index: String(index) })}
                </code>
              ))}
            </dd>
          </div>
        )}
      </FindingFacts>
      {finding.owner_id !== null && (
        <section className="finding-done">
          <h3>
            {t("finding-done-by-owner")} {finding.remedied && <Pill tone="info">{t("finding-done")}</Pill>}
          </h3>
          {finding.remedy === null ? (
            <p className="absent">{t("finding-done-none")}</p>
          ) : (
            <p>
              {finding.remedy}{" "}
              {finding.remedy_at !== null && (
                <span className="soft">{format.dateTime(finding.remedy_at)}</span>
              )}
            </p>
          )}
        </section>
      )}
      <FormAlert problem={problem} />
      {may("audit_finding.update") && (
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          className="finding-form"
          initialValues={{
            state: finding.state,
            owner_id: finding.owner_id,
            due_at: finding.due_at === null ? null : dayjs(finding.due_at),
            reason: finding.reason ?? "",
            accepted_until: finding.accepted_until === null ? null : dayjs(finding.accepted_until),
          }}
          onFinish={(values) => {
            problem.clear();
            decide.mutate(values);
          }}
        >
          <div className="form-grid">
            <Form.Item name="owner_id" label={t("finding-owner")}>
              <Select
                allowClear
                showSearch={{ optionFilterProp: "label" }}
                placeholder={t("finding-nobody")}
                options={(directory?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              />
            </Form.Item>
            <Form.Item name="due_at" label={t("finding-due")}>
              <DatePicker className="full-width" />
            </Form.Item>
          </div>
          <Form.Item name="state" label={t("finding-state")}>
            <Radio.Group
              optionType="button"
              options={STATES.map((one) => ({ value: one, label: t(`findings-${one}`) }))}
            />
          </Form.Item>
          {finding.remedied && (
            <Form.Item
              name="send_back"
              valuePropName="checked"
              hidden={state !== "open"}
              extra={t("finding-send-back-note")}
            >
              <Checkbox>{t("finding-send-back")}</Checkbox>
            </Form.Item>
          )}
          <Form.Item
            name="reason"
            label={t("finding-reason")}
            extra={t("finding-reason-note")}
            hidden={state === "open"}
          >
            <Input.TextArea className="grows" maxLength={500} />
          </Form.Item>
          <Form.Item name="accepted_until" label={t("finding-until")} hidden={state !== "accepted"}>
            <DatePicker className="full-width" />
          </Form.Item>
          <div className="drawer-buttons">
            <Button type="primary" htmlType="submit" loading={decide.isPending}>
              {t("finding-decide")}
            </Button>
          </div>
        </Form>
      )}
    </>
  );
}
