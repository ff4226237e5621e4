import { CloseOutlined, FilterOutlined, PlusOutlined } from "@ant-design/icons";
import { Badge, Button, Dropdown, Popover } from "antd";
import { useMemo, useState } from "react";
import { useT } from "../../../i18n/useT";
import { usePhone } from "../../../ui/useMediaQuery";
import { useFieldLabel } from "../../fields/fields";
import type { ObjectInfo } from "../types";
import { FilterField } from "./FilterField";
import { askedCount, cleared, filterSpecs, shownFilters } from "./filters";
import type { ListSearch } from "./listSearch";

interface Props {
  object: ObjectInfo;
  search: ListSearch;
  onChange: (change: Partial<ListSearch>) => void;
  /** Fields that are asked for elsewhere on the page. */
  without?: readonly string[];
  /** There is little room: the filters wait behind one button. */
  narrow: boolean;
}

const NONE: readonly string[] = [];

/** The filters above a list or a board; on a phone and beside an open record they wait behind one button. */
export function RecordFilters({ object, search, onChange, without = NONE, narrow }: Props) {
  const t = useT();
  const phone = usePhone();
  const label = useFieldLabel(object.name);
  const [brought, setBrought] = useState<string[]>([]);
  const specs = useMemo(
    () => filterSpecs(object).filter(({ name }) => !without.includes(name)),
    [object, without],
  );
  const { shown, waiting } = shownFilters(specs, search, brought);
  const count = askedCount(specs, search);
  const fields = shown.map((spec) => (
    <FilterField key={spec.name} object={object} spec={spec} search={search} onChange={onChange} />
  ));
  const more = waiting.length > 0 && (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: waiting.map(({ name }) => ({ key: name, label: label(name) })),
        onClick: ({ key }) => setBrought([...brought, key]),
      }}
    >
      <Button type="text" icon={<PlusOutlined aria-hidden />}>
        {t("filter-more")}
      </Button>
    </Dropdown>
  );
  const clear = (
    <Button
      type="link"
      size="small"
      icon={<CloseOutlined aria-hidden />}
      disabled={count === 0}
      onClick={() => {
        setBrought([]);
        onChange(cleared(specs));
      }}
    >
      {t("filter-clear")}
    </Button>
  );
  if (!phone && !narrow) {
    return (
      <search className="filters" aria-label={t("filter-label")}>
        {fields}
        {more}
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
          {fields}
          {more}
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
