import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Drawer, Form, Select } from "antd";
import { useState } from "react";
import { api, body } from "../../../api/client";
import type { AccessConfiguration, AccessObject, Explanation } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { useProblemText } from "../../../ui/useProblemText";
import { useOwnerOptions } from "../../customers/customers";
import { ExplanationText } from "../../sharing/ExplanationText";
import { actionsOf, isFieldAction } from "../access";
import { useActionName, useFieldName, useObjectName } from "../words";
import { BenchFacts } from "./BenchFacts";
import { type BenchQuestion, usualQuestion } from "./bench";

interface Props {
  catalogue: AccessObject[];
  configuration: AccessConfiguration;
  draft: AccessConfiguration | null;
  onClose: () => void;
}

/** Asks for one decision: as it would be now, and under the draft. Nothing is done and nobody is told. */
export function BenchDrawer({ catalogue, configuration, draft, onClose }: Props) {
  const t = useT();
  const text = useProblemText();
  const people = useOwnerOptions();
  const actionName = useActionName();
  const fieldName = useFieldName();
  const objectName = useObjectName();
  const [form] = Form.useForm<BenchQuestion>();
  const [initial] = useState(() => usualQuestion(catalogue[0]?.name ?? "customer", new Date()));
  const chosen: string = Form.useWatch("object", form) ?? initial.object;
  const action: string = Form.useWatch("action", form) ?? initial.action;
  const object = catalogue.find(({ name }) => name === chosen);
  const ask = useMutation({
    mutationFn: (question: BenchQuestion) =>
      body(
        api.POST("/access/rules/bench", {
          body: { ...question, field: isFieldAction(question.action) ? question.field : null, draft },
        }),
      ),
  });
  return (
    <Drawer
      open
      size={760}
      title={t("access-bench")}
      onClose={onClose}
      footer={
        <div className="drawer-buttons">
          <Button onClick={onClose}>{t("close")}</Button>
          <Button type="primary" loading={ask.isPending} onClick={form.submit}>
            {t("access-bench-ask")}
          </Button>
        </div>
      }
    >
      <p className="soft field-note">{t("access-bench-note")}</p>
      {ask.isError && <Alert type="error" showIcon className="form-alert" title={text.of(ask.error)} />}
      {ask.data !== undefined && <Decisions now={ask.data.now} draft={ask.data.draft ?? null} />}
      <Form<BenchQuestion>
        form={form}
        name="bench"
        layout="vertical"
        requiredMark={false}
        initialValues={initial}
        onFinish={(values) => ask.mutate({ ...initial, ...values })}
      >
        <div className="form-grid">
          <Form.Item
            name="user_id"
            label={t("access-person")}
            rules={[{ required: true, message: t("share-choose") }]}
          >
            <Select showSearch={{ optionFilterProp: "label" }} options={people} />
          </Form.Item>
          <Form.Item name="object" label={t("access-object")} hidden={catalogue.length < 2}>
            <Select options={catalogue.map(({ name }) => ({ value: name, label: objectName(name) }))} />
          </Form.Item>
          <Form.Item name="action" label={t("access-action")}>
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={actionsOf(object).map((value) => ({ value, label: actionName(value) }))}
            />
          </Form.Item>
          <Form.Item
            name="field"
            label={t("access-field")}
            hidden={!isFieldAction(action)}
            rules={isFieldAction(action) ? [{ required: true, message: t("share-choose") }] : []}
          >
            <Select
              showSearch={{ optionFilterProp: "label" }}
              options={object?.fields.map(({ name }) => ({ value: name, label: fieldName(name) })) ?? []}
            />
          </Form.Item>
        </div>
        <BenchFacts compartments={configuration.compartments} />
      </Form>
    </Drawer>
  );
}

function Decisions({ now, draft }: { now: Explanation; draft: Explanation | null }) {
  const t = useT();
  return (
    <div className="decisions">
      <section className="panel panel-body" aria-label={t("access-bench-now")}>
        <h3>{t("access-bench-now")}</h3>
        <ExplanationText explanation={now} />
      </section>
      {draft !== null && (
        <section className="panel panel-body" aria-label={t("access-bench-draft")}>
          <h3>{t("access-bench-draft")}</h3>
          <ExplanationText explanation={draft} />
        </section>
      )}
    </div>
  );
}
