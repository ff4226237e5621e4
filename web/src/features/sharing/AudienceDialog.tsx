import { useMutation, useQuery } from "@tanstack/react-query";
import { Alert, Button, Form, Modal, Select } from "antd";
import { ask } from "../../api/records";
import type { Explanation } from "../../api/types";
import { useT } from "../../i18n/useT";
import { Avatar } from "../../ui/Avatar";
import { ErrorState } from "../../ui/ErrorState";
import { Pill } from "../../ui/Pill";
import { useProblemText } from "../../ui/useProblemText";
import { useOwnerOptions } from "../customers/customers";
import { ExplanationText } from "./ExplanationText";
import { ASKABLE, audienceQuery, type Shareable } from "./sharing";
import { useDecisionWords } from "./useDecisionWords";

const NO_NAMES = {};

/** Everybody who sees a record and by which rule; and why somebody does or does not. */
export function AudienceDialog({ record, onClose }: { record: Shareable; onClose: () => void }) {
  const t = useT();
  const audience = useQuery(audienceQuery(record));
  const words = useDecisionWords(audience.data?.names ?? NO_NAMES);
  return (
    <Modal open title={t("audience-title")} footer={null} onCancel={onClose} width={560} destroyOnHidden>
      <p className="soft">{t("audience-note")}</p>
      {audience.isError && <ErrorState error={audience.error} onRetry={() => void audience.refetch()} />}
      <ul className="audience">
        {audience.data?.items.map((viewer) => (
          <li key={viewer.user.id} className="share-row">
            <Avatar name={viewer.user.name ?? ""} small />
            <span className="share-who">
              <strong>{viewer.user.name}</strong>
              <span className="soft">
                {[...new Set(viewer.rules.map(words.rule))].join(t("list-separator"))}
              </span>
            </span>
            <Pill tone={viewer.actions.includes("update") ? "brand" : "info"}>
              {t(viewer.actions.includes("update") ? "share-write" : "share-read")}
            </Pill>
          </li>
        ))}
      </ul>
      <Why record={record} />
    </Modal>
  );
}

function Why({ record }: { record: Shareable }) {
  const t = useT();
  const text = useProblemText();
  const people = useOwnerOptions();
  const question = useMutation({
    mutationFn: (values: { user_id: string; action: string }) =>
      ask<Explanation>("POST", `${record.base}/explanations`, { body: values }),
  });
  return (
    <section className="why" aria-labelledby="why-title">
      <h3 id="why-title">{t("why-title")}</h3>
      <Form
        layout="inline"
        colon={false}
        requiredMark={false}
        initialValues={{ action: "read" }}
        onFinish={(values) => question.mutate(values)}
      >
        <Form.Item
          name="user_id"
          label={t("why-who")}
          rules={[{ required: true, message: t("share-choose") }]}
        >
          <Select className="why-who" showSearch={{ optionFilterProp: "label" }} options={people} />
        </Form.Item>
        <Form.Item name="action" label={t("why-what")}>
          <Select
            className="why-what"
            options={ASKABLE.map((value) => ({ value, label: t(`ask-${value}`) }))}
          />
        </Form.Item>
        <Button htmlType="submit" loading={question.isPending}>
          {t("why-ask")}
        </Button>
      </Form>
      {question.isError && <Alert type="error" showIcon title={text.of(question.error)} />}
      {question.data !== undefined && <ExplanationText explanation={question.data} />}
    </section>
  );
}
