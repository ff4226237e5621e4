import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { api, body } from "../../api/client";
import type { Import, ImportPatch } from "../../api/types";
import { useT } from "../../i18n/useT";
import { StepBar } from "../../ui/StepBar";
import { useProblemText } from "../../ui/useProblemText";
import { importQuery, mappingOf, type Plan, planOf } from "./imports";
import { MappingStep } from "./MappingStep";
import { OptionsStep } from "./OptionsStep";
import { PreviewStep } from "./PreviewStep";
import { SourceStep } from "./SourceStep";

const STEPS = ["source", "mapping", "options", "preview"] as const;

/** From a detected file to a started import. */
export function Wizard({ subject }: { subject: Import }) {
  const t = useT();
  const text = useProblemText();
  const queryClient = useQueryClient();
  const [step, setStep] = useState(0);
  const [plan, setPlan] = useState<Plan>(() => planOf(subject));
  const path = { id: subject.id };
  const mapping = mappingOf(plan);
  const named = mapping.some(({ field }) => field === "name");

  const show = (current: Import) => queryClient.setQueryData(importQuery(subject.id).queryKey, current);
  const redetect = useMutation({
    mutationFn: (change: ImportPatch) => body(api.PATCH("/imports/{id}", { params: { path }, body: change })),
    onSuccess: (current) => {
      show(current);
      setPlan((old) => ({
        ...planOf(current),
        duplicates: old.duplicates,
        uscc_check: old.uscc_check,
        owner_id: old.owner_id,
      }));
    },
  });
  const start = useMutation({
    mutationFn: () =>
      body(
        api.POST("/imports/{id}/start", {
          params: { path },
          body: {
            mapping,
            duplicates: plan.duplicates,
            uscc_check: plan.uscc_check,
            ...(plan.owner_id === null ? {} : { owner_id: plan.owner_id }),
          },
        }),
      ),
    onSuccess: show,
  });
  const failure = redetect.error ?? start.error;
  const last = step === STEPS.length - 1;

  return (
    <>
      <StepBar
        label={t("import-steps")}
        titles={STEPS.map((key) => t(`import-step-${key}`))}
        current={step}
        open={(target) => target < 2 || named}
        onChange={setStep}
      />
      {subject.warnings.map(({ code, params }) => (
        <Alert
          key={code + JSON.stringify(params)}
          type="warning"
          showIcon
          className="form-alert"
          title={text.ofCode(code, params)}
        />
      ))}
      {failure !== null && <Alert type="error" showIcon className="form-alert" title={text.of(failure)} />}
      <div className="panel">
        {step === 0 && <SourceStep subject={subject} busy={redetect.isPending} onChange={redetect.mutate} />}
        {step === 1 && <MappingStep columns={subject.columns} plan={plan} onChange={setPlan} />}
        {step === 2 && <OptionsStep plan={plan} onChange={setPlan} />}
        {step === 3 && <PreviewStep id={subject.id} plan={plan} />}
      </div>
      {step === 1 && !named && (
        <Alert type="warning" showIcon className="wizard-hint" title={t("mapping-needs-name")} />
      )}
      <div className="wizard-buttons">
        {step > 0 && <Button onClick={() => setStep(step - 1)}>{t("previous")}</Button>}
        {last ? (
          <Button type="primary" onClick={() => start.mutate()} loading={start.isPending} disabled={!named}>
            {t("import-start")}
          </Button>
        ) : (
          <Button
            type="primary"
            onClick={() => setStep(step + 1)}
            disabled={redetect.isPending || (step > 0 && !named)}
          >
            {t("next")}
          </Button>
        )}
      </div>
    </>
  );
}
