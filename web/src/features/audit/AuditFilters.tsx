import { useQuery } from "@tanstack/react-query";
import { Button, Input, Select, Tag } from "antd";
import { useState } from "react";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import DayRange from "../../ui/DayRange";
import { directoryQuery } from "../customers/customers";
import { DAYS } from "../security/security";
import { actionsQuery, useActionLabel, useResourceLabel } from "./audit";
import { type AuditSearch, OUTCOMES } from "./auditSearch";

interface Props {
  search: AuditSearch;
  onChange: (change: Partial<AuditSearch>) => void;
}

export function AuditFilters({ search, onChange }: Props) {
  const t = useT();
  const action = useActionLabel();
  const resource = useResourceLabel();
  const { data: actions } = useQuery(actionsQuery);
  const may = useMay();
  const namesKnown = may("user.read");
  const { data: directory } = useQuery({ ...directoryQuery, enabled: namesKnown });
  const names = actions?.items ?? [];
  const types = [...new Set(names.map((name) => name.split(".")[0] ?? name))];
  return (
    <search className="filters audit-filters" aria-label={t("filter-label")}>
      <DayRange
        label={t("audit-time")}
        from={search.from}
        to={search.to}
        onChange={(from, to) => onChange({ from, to })}
      />
      {namesKnown && (
        <Select
          className="filter"
          aria-label={t("entry-actor")}
          placeholder={t("entry-actor")}
          allowClear
          showSearch={{ optionFilterProp: "label" }}
          popupMatchSelectWidth={false}
          value={search.actor_id ?? null}
          options={(directory?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(actor_id: string | undefined) => onChange({ actor_id })}
        />
      )}
      <Select
        className="filter"
        aria-label={t("entry-action")}
        placeholder={t("entry-action")}
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        popupMatchSelectWidth={false}
        value={search.action ?? null}
        options={names.map((name) => ({ value: name, label: action(name) }))}
        onChange={(value: string | undefined) => onChange({ action: value })}
      />
      <Select
        className="filter"
        aria-label={t("entry-outcome")}
        placeholder={t("entry-outcome")}
        allowClear
        value={search.outcome ?? null}
        options={OUTCOMES.map((outcome) => ({ value: outcome, label: t(`outcome-${outcome}`) }))}
        onChange={(outcome: string | undefined) => onChange({ outcome })}
      />
      <Select
        className="filter"
        aria-label={t("entry-resource-type")}
        placeholder={t("entry-resource-type")}
        allowClear
        popupMatchSelectWidth={false}
        value={search.resource_type ?? null}
        options={types.map((type) => ({ value: type, label: resource(type) }))}
        onChange={(resource_type: string | undefined) => onChange({ resource_type })}
      />
      <TextFilter
        label={t("entry-resource-id")}
        value={search.resource_id}
        onChange={(resource_id) => onChange({ resource_id })}
      />
      <TextFilter
        label={t("entry-address")}
        value={search.address}
        onChange={(address) => onChange({ address })}
      />
      {search.week_hour !== undefined && (
        <Tag closable onClose={() => onChange({ week_hour: undefined })}>
          {t(`day-${DAYS[Math.floor(Number(search.week_hour) / 24)]}`)}{" "}
          {String(Number(search.week_hour) % 24).padStart(2, "0")}:00
        </Tag>
      )}
      {Object.keys(search).length > 0 && (
        <Button
          type="link"
          size="small"
          onClick={() => onChange(Object.fromEntries(Object.keys(search).map((key) => [key, undefined])))}
        >
          {t("filter-clear")}
        </Button>
      )}
    </search>
  );
}

interface TextProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function TextFilter({ label, value, onChange }: TextProps) {
  const [shown, setShown] = useState(value);
  const [text, setText] = useState(value ?? "");
  if (shown !== value) {
    setShown(value);
    setText(value ?? "");
  }
  const apply = () => text.trim() !== (value ?? "") && onChange(text.trim() === "" ? undefined : text.trim());
  return (
    <Input
      className="filter"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onPressEnter={apply}
      onBlur={apply}
    />
  );
}
