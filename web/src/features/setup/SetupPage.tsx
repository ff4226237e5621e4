import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Navigate } from "@tanstack/react-router";
import { Alert, Button, Form } from "antd";
import { useState } from "react";
import { api, done } from "../../api/client";
import { statusQuery } from "../../app/session/session";
import { useLanguage } from "../../i18n/LanguageProvider";
import { useT } from "../../i18n/useT";
import { StepBar } from "../../ui/StepBar";
import { useFormProblem } from "../../ui/useFormProblem";
import { PublicFrame } from "../session/PublicFrame";
import { AccountsStep } from "./AccountsStep";
import { OrganisationStep } from "./OrganisationStep";
import { ReviewStep } from "./ReviewStep";
import { FIRST_ROLES, type SetupValues, stepOfField } from "./setup";
import "./setup.css";

const STEP_KEYS = ["setup-step-organisation", "setup-step-accounts", "setup-step-review"];

/** The first start: organisation, the three administrators and the first sales lead. */
export function SetupPage() {
  const t = useT();
  const queryClient = useQueryClient();
  const { words } = useLanguage();
  const { data: status } = useQuery(statusQuery);
  const [form] = Form.useForm<SetupValues>();
  const [step, setStep] = useState(0);
  const problem = useFormProblem(form);
  const create = useMutation({
    mutationFn: (values: SetupValues) =>
      done(
        api.POST("/setup", {
          body: {
            setup_code: values.setup_code.trim(),
            organisation_name: values.organisation_name.trim(),
            language: words.language,
            users: FIRST_ROLES.map((role, index) => ({ role, ...values.users[index] })) as never,
          },
        }),
      ),
    onSuccess: () => queryClient.invalidateQueries(statusQuery),
    onError: (error) => {
      setStep(stepOfField(error));
      problem.show(error);
    },
  });

  if (create.isSuccess) {
    return (
      <PublicFrame title={t("setup-done")} note={t("setup-done-note")}>
        <Link to="/sign-in">
          <Button type="primary" size="large" block>
            {t("setup-to-sign-in")}
          </Button>
        </Link>
      </PublicFrame>
    );
  }
  if (status?.setup_required === false) return <Navigate to="/sign-in" />;

  const next = async () => {
    problem.clear();
    const names = step === 0 ? ["setup_code", "organisation_name"] : ["users"];
    await form.validateFields(names, { recursive: true });
    setStep(step + 1);
  };
  return (
    <PublicFrame wide title={t("setup-title")} note={t("setup-note")}>
      <StepBar
        label={t("setup-steps")}
        titles={STEP_KEYS.map((key) => t(key))}
        current={step}
        open={(target) => target < step}
        onChange={setStep}
      />
      {problem.general !== null && (
        <Alert type="error" showIcon title={problem.general} className="setup-alert" />
      )}
      {/* Each step stays in the page, so that its values and the server's remarks are kept. */}
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve
        onFinish={(values) => create.mutate(values)}
      >
        <div hidden={step !== 0}>
          <OrganisationStep />
        </div>
        <div hidden={step !== 1}>
          <AccountsStep />
        </div>
        {step === 2 && <ReviewStep values={form.getFieldsValue(true) as SetupValues} />}
        <div className="setup-buttons">
          {step > 0 && <Button onClick={() => setStep(step - 1)}>{t("previous")}</Button>}
          {step < 2 ? (
            <Button key="next" type="primary" onClick={() => void next().catch(() => undefined)}>
              {t("next")}
            </Button>
          ) : (
            <Button key="create" type="primary" htmlType="submit" loading={create.isPending}>
              {t("setup-create")}
            </Button>
          )}
        </div>
      </Form>
    </PublicFrame>
  );
}
