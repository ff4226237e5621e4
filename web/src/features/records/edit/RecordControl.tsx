import { Form, Select } from "antd";
import { lazy, Suspense } from "react";
import { useT } from "../../../i18n/useT";
import { type ControlProps, FieldControl } from "../../fields/FieldControl";
import { isLines, isReference } from "../../fields/fields";
import type { FormValue } from "../../fields/formValues";
import type { LineRow } from "../lines/rows";
import { usePipelines } from "../states";
import { ReferenceSelect } from "./ReferenceSelect";

const LinesEditor = lazy(() =>
  import("../lines/LinesEditor").then((module) => ({ default: module.LinesEditor })),
);

/** The control for one field of an object. What customers have too is entered as there. */
export function RecordControl(props: ControlProps) {
  const { field, stored, id, value, onChange } = props;
  const t = useT();
  const change = (next: FormValue) => onChange?.(next);
  switch (field.type) {
    case "reference":
      return (
        <ReferenceSelect
          id={id}
          object={field.object ?? ""}
          value={value}
          // What one may not see has no name, and asking for it would be refused.
          name={
            isReference(stored) && stored.id === value ? (stored.name ?? t("reference-hidden")) : undefined
          }
          required={field.required}
          onChange={(next) => change(next)}
        />
      );
    case "pipeline":
      return <PipelineSelect id={id} value={value} onChange={change} />;
    case "stage":
      return <StageSelect id={id} value={value} onChange={change} />;
    case "lines":
      return (
        <Suspense>
          <LinesEditor
            id={id}
            stored={isLines(stored) ? stored.lines : []}
            value={(value as unknown as LineRow[] | undefined) ?? []}
            onChange={(rows) => change(rows as unknown as FormValue)}
          />
        </Suspense>
      );
    default:
      return <FieldControl {...props} />;
  }
}

interface SelectProps {
  id?: string | undefined;
  value: FormValue;
  onChange: (value: FormValue) => void;
}

/** Chooses a pipeline; the stage of another one goes with the one it was of. */
function PipelineSelect({ id, value, onChange }: SelectProps) {
  const pipelines = usePipelines();
  const form = Form.useFormInstance();
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      value={value ?? null}
      options={pipelines.map((pipeline) => ({ value: pipeline.id, label: pipeline.name }))}
      onChange={(next: string) => {
        onChange(next);
        const first = pipelines.find((pipeline) => pipeline.id === next)?.stages[0]?.id;
        form.setFieldValue(STAGE, first ?? null);
      }}
    />
  );
}

/** The names under which the registry keeps a record's place in a pipeline. */
export const PIPELINE = "pipeline";
export const STAGE = "stage";

function StageSelect({ id, value, onChange }: SelectProps) {
  const pipelines = usePipelines();
  const form = Form.useFormInstance();
  const chosen: unknown = Form.useWatch(PIPELINE, form);
  const stages = pipelines.find((pipeline) => pipeline.id === chosen)?.stages ?? [];
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      value={value ?? null}
      options={stages.map((stage) => ({ value: stage.id, label: stage.name }))}
      onChange={onChange}
    />
  );
}
