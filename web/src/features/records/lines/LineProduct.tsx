import { AutoComplete } from "antd";
import { useState } from "react";
import { useReferenceChoices } from "../edit/ReferenceSelect";
import type { Entity } from "../types";

const PRODUCT = "product";

interface Props {
  label: string;
  value: string;
  onType: (name: string) => void;
  onChoose: (product: Entity | undefined) => void;
}

/** What a line is about: a product one seeks, or words of one's own. */
export function LineProduct({ label, value, onType, onChoose }: Props) {
  const [open, setOpen] = useState(false);
  const { entities, choices } = useReferenceChoices(PRODUCT, value, open);
  return (
    <AutoComplete
      className="full-width"
      aria-label={label}
      value={value}
      options={choices.map((choice) => ({ ...choice, value: choice.value, label: choice.label }))}
      popupMatchSelectWidth={280}
      defaultActiveFirstOption={false}
      optionRender={({ data }) => (
        <span className="reference-option">
          <span>{data.label}</span>
          {data.note !== undefined && <span className="soft">{data.note}</span>}
        </span>
      )}
      onOpenChange={setOpen}
      onChange={(next: string, option) => {
        const chosen = Array.isArray(option) ? undefined : entities.find(({ id }) => id === next);
        // A product's id stands for it for a moment, before its name does.
        if (chosen === undefined) onType(next ?? "");
      }}
      onSelect={(id: string) => onChoose(entities.find((entity) => entity.id === id))}
    />
  );
}
