import { CloseOutlined, FilterOutlined } from "@ant-design/icons";
import { Badge, Button, Input, Popover, Select } from "antd";
import { lazy, Suspense, useState } from "react";
import type { FieldInfo } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { usePhone } from "../../../ui/useMediaQuery";
import { useChoiceLabel, useFieldLabel } from "../../fields/fields";
import { useOwnerOptions } from "../customers";
import { type FilterKey, filterCount, type ListSearch, listOf } from "./listSearch";

const DayRange = lazy(() => import("../../../ui/DayRange"));

interface Props {
  fields: FieldInfo[];
  search: ListSearch;
  onChange: (change: Partial<ListSearch>) => void;
}

const CHOICE_FILTERS = ["status", "level", "source", "industry"] as const;

/** The filters above the list; on a phone they wait behind one button. */
export function FilterBar(props: Props) {
  const t = useT();
  const phone = usePhone();
  const count = filterCount(props.search);
  const clear = (
    <Button
      type="link"
      size="small"
      icon={<CloseOutlined aria-hidden />}
      disabled={count === 0}
      onClick={() =>
        props.onChange({
          status: undefined,
          level: undefined,
          source: undefined,
          industry: undefined,
          owner_id: undefined,
          updated_from: undefined,
          updated_to: undefined,
        })
      }
    >
      {t("filter-clear")}
    </Button>
  );
  if (!phone) {
    return (
      <search className="filters" aria-label={t("filter-label")}>
        <Filters {...props} />
        {count > 0 && clear}
      </search>
    );
  }
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      content={
        <div className="filters filters-stacked">
          <Filters {...props} />
          {clear}
        </div>
      }
    >
      <Badge count={count} size="small">
        <Button icon={<FilterOutlined aria-hidden />}>{t("filter-label")}</Button>
      </Badge>
    </Popover>
  );
}

function Filters({ fields, search, onChange }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const owners = useOwnerOptions();
  const filterable = (name: string) =>
    fields.find((field) => field.name === name && field.filterable && field.access !== "hidden");
  return (
    <>
      {CHOICE_FILTERS.map((name) => {
        const field = filterable(name);
        if (field === undefined) return null;
        return field.type === "choice" ? (
          <ChoiceFilter
            key={name}
            field={field}
            value={search[name]}
            onChange={(value) => onChange({ [name]: value })}
          />
        ) : (
          <TextFilter
            key={name}
            name={name}
            label={label(name)}
            value={search[name]}
            onChange={(value) => onChange({ [name]: value })}
          />
        );
      })}
      <Select
        className="filter"
        aria-label={label("owner")}
        placeholder={label("owner")}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={false}
        value={search.owner_id ?? null}
        options={owners}
        onChange={(value: string | undefined) => onChange({ owner_id: value })}
      />
      <Suspense fallback={<span className="filter" />}>
        <DayRange
          label={t("filter-updated")}
          from={search.updated_from}
          to={search.updated_to}
          onChange={(updated_from, updated_to) => onChange({ updated_from, updated_to })}
        />
      </Suspense>
    </>
  );
}

interface FilterProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function ChoiceFilter({ field, value, onChange }: FilterProps & { field: FieldInfo }) {
  const label = useFieldLabel();
  const choiceLabel = useChoiceLabel();
  return (
    <Select
      mode="multiple"
      className="filter"
      aria-label={label(field.name)}
      placeholder={label(field.name)}
      allowClear
      maxTagCount={1}
      maxTagTextLength={4}
      showSearch={false}
      popupMatchSelectWidth={false}
      value={listOf(value)}
      options={(field.choices ?? []).map((code) => ({ value: code, label: choiceLabel(field.name, code) }))}
      onChange={(codes: string[]) => onChange(codes.length === 0 ? undefined : codes.join(","))}
    />
  );
}

function TextFilter({ label, value, onChange }: FilterProps & { name: FilterKey; label: string }) {
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
