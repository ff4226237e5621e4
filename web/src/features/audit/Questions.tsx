import { DeleteOutlined, SaveOutlined, TeamOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Form, Input, Modal, Popconfirm, Select, Switch } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { AuditQuestion } from "../../api/types";
import { useSession } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { FormAlert } from "../../ui/FormAlert";
import { useFormProblem } from "../../ui/useFormProblem";
import { useShowProblem } from "../../ui/useProblemText";
import type { AuditSearch } from "./auditSearch";
import { filterOf, QUESTION_DAYS, questionsQuery, searchOf } from "./questions";

/** Saved questions: one click asks one again. What is shown now can be saved as another. */
export function Questions({ search }: { search: AuditSearch }) {
  const t = useT();
  const [saving, setSaving] = useState(false);
  const { data } = useQuery(questionsQuery);
  const filtered = Object.keys(search).length > 0;
  if ((data?.items.length ?? 0) === 0 && !filtered) return null;
  return (
    <nav className="questions" aria-label={t("questions-title")}>
      <span className="soft">{t("questions-title")}</span>
      {data?.items.map((question) => (
        <Question key={question.id} question={question} />
      ))}
      {filtered && (
        <Button size="small" type="text" icon={<SaveOutlined aria-hidden />} onClick={() => setSaving(true)}>
          {t("question-save")}
        </Button>
      )}
      {saving && <SaveDialog search={search} onClose={() => setSaving(false)} />}
    </nav>
  );
}

function Question({ question }: { question: AuditQuestion }) {
  const t = useT();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const showProblem = useShowProblem();
  const forget = useMutation({
    mutationFn: () =>
      body(
        api.DELETE("/audit/questions/{id}", {
          params: { path: { id: question.id }, header: { "If-Match": `"${question.version}"` } },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: questionsQuery.queryKey }),
    onError: showProblem,
  });
  return (
    <span className="question">
      <button
        type="button"
        title={question.shared ? t("question-shared-by", { owner: question.owner ?? "" }) : undefined}
        onClick={() => void navigate({ to: "/audit", search: searchOf(question) })}
      >
        {question.shared && <TeamOutlined aria-label={t("question-shared")} />} {question.name}
      </button>
      {question.own && (
        <Popconfirm
          title={t("question-forget", { name: question.name })}
          okText={t("delete")}
          cancelText={t("cancel")}
          onConfirm={() => forget.mutate()}
        >
          <button type="button" aria-label={t("question-forget", { name: question.name })}>
            <DeleteOutlined aria-hidden />
          </button>
        </Popconfirm>
      )}
    </span>
  );
}

interface Values {
  name: string;
  shared: boolean;
  days: number | 0;
}

function SaveDialog({ search, onClose }: { search: AuditSearch; onClose: () => void }) {
  const t = useT();
  const { engagement } = useSession();
  const queryClient = useQueryClient();
  const [form] = Form.useForm<Values>();
  const problem = useFormProblem(form);
  const save = useMutation({
    mutationFn: ({ name, shared, days }: Values) =>
      body(
        api.POST("/audit/questions", {
          body: { name, shared, filter: filterOf(search, days === 0 ? null : days) },
        }),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: questionsQuery.queryKey });
      onClose();
    },
    onError: problem.show,
  });
  return (
    <Modal
      open
      title={t("question-save")}
      okText={t("save")}
      cancelText={t("cancel")}
      okButtonProps={{ loading: save.isPending }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <FormAlert problem={problem} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ name: "", shared: false, days: 0 }}
        onFinish={(values) => {
          problem.clear();
          save.mutate(values);
        }}
      >
        <Form.Item
          name="name"
          label={t("question-name")}
          rules={[{ required: true, whitespace: true, message: t("error-name-empty") }]}
        >
          <Input autoFocus maxLength={60} />
        </Form.Item>
        <Form.Item name="days" label={t("question-time")}>
          <Select
            options={[
              { value: 0, label: t("question-time-fixed") },
              ...QUESTION_DAYS.map((days) => ({ value: days, label: t("charts-days", { days }) })),
            ]}
          />
        </Form.Item>
        <Form.Item
          name="shared"
          label={t("question-share")}
          valuePropName="checked"
          extra={t("question-share-note")}
        >
          <Switch aria-label={t("question-share")} disabled={engagement != null} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
