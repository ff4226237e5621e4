import { Input, InputNumber, Select, Space } from "antd";
import { lazy, Suspense, useState } from "react";
import { useT } from "../../../i18n/useT";
import { useOwnerOptions } from "../../customers/customers";
import { useChoiceLabel, useFieldLabel } from "../../fields/fields";
import { ReferenceSelect } from "../edit/ReferenceSelect";
import { fieldOfType } from "../objects";
import { usePipelines, useStates } from "../states";
import type { ObjectInfo } from "../types";
import { EMPTY, type FilterSpec, valuesOf } from "./filters";
import type { ListSearch } from "./listSearch";

const DayRange = lazy(() => import("../../../ui/DayRange"));

interface Props {
  object: ObjectInfo;
  spec: FilterSpec;
  search: ListSearch;
  onChange: (change: Partial<ListSearch>) => void;
}

/** What one filter is asked with. */
export function FilterField(props: Props) {
  const { object, spec, search, onChange } = props;
  const label = useFieldLabel(object.name)(spec.name);
  const set = (value: string | null | undefined) => onChange({ [spec.name]: value || undefined });
  const value = search[spec.name];
  switch (spec.kind) {
    case "choice":
      return <ChoiceFilter {...props} label={label} />;
    case "stage":
      return <StageFilter {...props} label={label} />;
    case "pipeline":
      return <PipelineFilter label={label} value={value} onChange={set} />;
    case "owner":
      return <OwnerFilter label={label} value={value} onChange={set} />;
    case "reference":
      return (
        <ReferenceSelect
          className="filter"
          label={label}
          object={spec.field?.object ?? ""}
          value={value === EMPTY ? null : value}
          onChange={set}
        />
      );
    case "days":
      return (
        <Suspense fallback={<span className="filter-range" />}>
          <DayRange
            label={label}
            from={search[`${spec.name}_from`]}
            to={search[`${spec.name}_to`]}
            onChange={(from, to) => onChange({ [`${spec.name}_from`]: from, [`${spec.name}_to`]: to })}
          />
        </Suspense>
      );
    case "amount":
      return <AmountFilter {...props} label={label} />;
    default:
      return <TextFilter label={label} value={value} onChange={set} />;
  }
}

interface Single {
  label: string;
  value: string | undefined;
  onChange: (value: string | null | undefined) => void;
}

interface SeveralProps {
  label: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

function Several({ label, value, options, onChange }: SeveralProps) {
  return (
    <Select
      mode="multiple"
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      maxTagCount={1}
      maxTagTextLength={4}
      showSearch={false}
      popupMatchSelectWidth={false}
      value={valuesOf(value)}
      options={options}
      onChange={(codes: string[]) => onChange(codes.length === 0 ? undefined : codes.join(","))}
    />
  );
}

function ChoiceFilter({ object, spec, search, onChange, label }: Props & { label: string }) {
  const t = useT();
  const choiceLabel = useChoiceLabel(object.name);
  const codes = spec.field?.choices ?? object.state?.states.map(({ code }) => code) ?? [];
  const options = codes.map((code) => ({ value: code, label: choiceLabel(spec.name, code) }));
  if (spec.field?.required !== true && spec.name !== object.state?.field)
    options.push({ value: EMPTY, label: t("filter-empty") });
  return (
    <Several
      label={label}
      value={search[spec.name]}
      options={options}
      onChange={(value) => onChange({ [spec.name]: value })}
    />
  );
}

/** The stages of the pipeline asked for; of all of them when none is. */
function StageFilter({ object, spec, search, onChange, label }: Props & { label: string }) {
  const pipeline = fieldOfType(object, "pipeline");
  const states = useStates(object, pipeline === undefined ? undefined : search[pipeline.name]);
  return (
    <Several
      label={label}
      value={search[spec.name]}
      options={states.map(({ code, name }) => ({ value: code, label: name }))}
      onChange={(value) => onChange({ [spec.name]: value })}
    />
  );
}

function PipelineFilter({ label, value, onChange }: Single) {
  const pipelines = usePipelines();
  return (
    <Select
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      popupMatchSelectWidth={false}
      value={value ?? null}
      options={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
      onChange={onChange}
    />
  );
}

function OwnerFilter({ label, value, onChange }: Single) {
  const owners = useOwnerOptions();
  return (
    <Select
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      showSearch={{ optionFilterProp: "label" }}
      popupMatchSelectWidth={false}
      value={value ?? null}
      options={owners}
      onChange={onChange}
    />
  );
}

function AmountFilter({ spec, search, onChange, label }: Props & { label: string }) {
  const t = useT();
  const end = (key: string, words: string) => (
    <AmountEnd
      key={`${key} ${search[key] ?? ""}`}
      label={words}
      value={search[key]}
      onChange={(value) => onChange({ [key]: value ?? undefined })}
    />
  );
  return (
    <Space.Compact>
      {end(`${spec.name}_from`, t("range-from", { what: label }))}
      {end(`${spec.name}_to`, t("range-to"))}
    </Space.Compact>
  );
}

/** One end of a range of amounts; it counts once one has left it. */
function AmountEnd({ label, value, onChange }: Single) {
  const [text, setText] = useState<string | null>(value ?? null);
  const apply = () => {
    if ((text ?? undefined) !== value) onChange(text);
  };
  return (
    <InputNumber<string>
      className="filter"
      stringMode
      aria-label={label}
      placeholder={label}
      controls={false}
      value={text}
      onChange={(next) => setText(next === null || next === "" ? null : String(next))}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}

function TextFilter({ label, value, onChange }: Single) {
  const [text, setText] = useState(value ?? "");
  const apply = () => onChange(text.trim() === "" ? undefined : text.trim());
  return (
    <Input
      className="filter"
      aria-label={label}
      placeholder={label}
      allowClear
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value === "") onChange(undefined);
      }}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}
