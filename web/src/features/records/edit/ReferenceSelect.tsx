import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { ask } from "../../../api/records";
import type { Customer } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { useDebounced } from "../../../ui/useDebounced";
import { textOf } from "../../fields/fields";
import { CUSTOMER, useObjects } from "../objects";
import { listQuery, numberOf, recordTitle } from "../records";
import type { Entity, EntityPage } from "../types";

const REST_MS = 200;
const OFFERED = 20;

export interface Choice {
  value: string;
  label: string;
  /** What tells two of the same name apart. */
  note?: string | undefined;
}

/** What a reference can lead to, as one seeks it. */
export function useReferenceChoices(object: string, sought: string, wanted: boolean) {
  const { objects } = useObjects();
  const info = objects.find(({ name }) => name === object);
  const path = object === CUSTOMER ? "customers" : info?.path;
  const q = useDebounced(sought.trim(), REST_MS);
  const question = { limit: OFFERED, ...(q === "" ? { sort: "-updated_at" } : { q }) };
  const page = useQuery({
    ...listQuery(path ?? "", question),
    enabled: wanted && path !== undefined,
    placeholderData: keepPreviousData,
  });
  return {
    entities: page.data?.items ?? [],
    choices: choicesOf(page.data, (entity) =>
      info === undefined ? textOf(entity.fields.name) : recordTitle(info, entity),
    ),
    busy: page.isFetching,
  };
}

function choicesOf(page: EntityPage | undefined, name: (entity: Entity) => string): Choice[] {
  return (page?.items ?? []).map((entity) => ({
    value: entity.id,
    label: name(entity),
    note: numberOf(entity) ?? entity.owner?.name ?? undefined,
  }));
}

/** The name of what is referred to, where only its id is known. */
export function useReferenceName(object: string, id: string | undefined, known?: string | null) {
  const { objects } = useObjects();
  const info = objects.find(({ name }) => name === object);
  const path = object === CUSTOMER ? "customers" : info?.path;
  const { data } = useQuery({
    queryKey: [
      object === CUSTOMER ? "customers" : "records",
      "one",
      ...(object === CUSTOMER ? [] : [path]),
      id,
    ],
    enabled: id !== undefined && known == null && path !== undefined,
    queryFn: () => ask<Entity & Customer>("GET", `/${path}/${id}`),
  });
  if (known != null) return known;
  if (data === undefined) return undefined;
  return info === undefined ? textOf(data.fields.name) : recordTitle(info, data);
}

interface Props {
  id?: string | undefined;
  /** The object that is referred to. */
  object: string;
  value: string | null | undefined;
  /** The name of the present value, if it is known. */
  name?: string | null | undefined;
  required?: boolean;
  disabled?: boolean;
  className?: string;
  label?: string;
  onChange: (id: string | null, entity?: Entity) => void;
}

/** Chooses another record by seeking it; what was changed last is offered first. */
export function ReferenceSelect(props: Props) {
  const {
    id,
    object,
    value,
    name,
    required = false,
    disabled = false,
    className = "full-width",
    onChange,
  } = props;
  const t = useT();
  const [sought, setSought] = useState("");
  const [open, setOpen] = useState(false);
  const { entities, choices, busy } = useReferenceChoices(object, sought, open);
  const present = useReferenceName(object, value ?? undefined, name);
  const known = choices.some((choice) => choice.value === value);
  const own: Choice[] = value == null || known ? [] : [{ value, label: present ?? "…" }];
  return (
    <Select<string, Choice>
      {...(id === undefined ? {} : { id })}
      className={className}
      aria-label={props.label}
      placeholder={props.label ?? t("reference-seek")}
      disabled={disabled}
      allowClear={!required}
      showSearch={{ filterOption: false, searchValue: sought, onSearch: setSought }}
      popupMatchSelectWidth={props.label === undefined ? true : 260}
      value={value ?? null}
      options={sought === "" ? [...own, ...choices] : choices}
      optionRender={({ data }) => (
        <span className="reference-option">
          <span>{data.label}</span>
          {data.note !== undefined && <span className="soft">{data.note}</span>}
        </span>
      )}
      notFoundContent={busy ? t("loading") : t("reference-none")}
      onOpenChange={(next) => {
        setOpen(next);
        if (!next) setSought("");
      }}
      onChange={(next: string | undefined) =>
        onChange(
          next ?? null,
          entities.find((entity) => entity.id === next),
        )
      }
    />
  );
}
