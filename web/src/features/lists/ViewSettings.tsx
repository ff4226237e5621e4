import { ArrowDownOutlined, ArrowUpOutlined, SettingOutlined } from "@ant-design/icons";
import { Button, Checkbox, Popover, Segmented, Select } from "antd";
import { useT } from "../../i18n/useT";
import { useFieldLabel } from "../fields/fields";
import { DENSITIES, type ListPreferences, PAGE_SIZES } from "./listPreferences";

interface Props {
  /** Every column there could be. */
  available: string[];
  /** The column that leads to the record: always there, and first. */
  pinned: string;
  preferences: ListPreferences;
  onChange: (change: Partial<ListPreferences>) => void;
}

/** A list with one member moved by one place. */
export function moved<T>(list: readonly T[], from: number, by: -1 | 1): T[] {
  const copy = [...list];
  const [member] = copy.splice(from, 1);
  if (member !== undefined) copy.splice(from + by, 0, member);
  return copy;
}

/** Which columns, in which order, how dense, how many rows. */
export function ViewSettings({ available, pinned, preferences, onChange }: Props) {
  const t = useT();
  const label = useFieldLabel();
  const chosen = preferences.columns.filter((name) => name !== pinned && available.includes(name));
  const others = available.filter((name) => name !== pinned && !chosen.includes(name));
  const set = (columns: string[]) => onChange({ columns: [pinned, ...columns] });
  const content = (
    <div className="view-settings">
      <div className="view-row">
        <span>{t("view-density")}</span>
        <Segmented
          size="small"
          value={preferences.density}
          options={DENSITIES.map((density) => ({ value: density, label: t(`view-density-${density}`) }))}
          onChange={(density) => onChange({ density })}
        />
      </div>
      <div className="view-row">
        <span>{t("view-page-size")}</span>
        <Select
          size="small"
          aria-label={t("view-page-size")}
          value={preferences.page_size}
          options={PAGE_SIZES.map((size) => ({ value: size, label: String(size) }))}
          onChange={(page_size: number) => onChange({ page_size })}
        />
      </div>
      <h3>{t("view-columns")}</h3>
      <ul className="column-list">
        {chosen.map((name, at) => (
          <li key={name}>
            <Checkbox checked onChange={() => set(chosen.filter((other) => other !== name))}>
              {label(name)}
            </Checkbox>
            <span>
              <Button
                type="text"
                size="small"
                icon={<ArrowUpOutlined aria-hidden />}
                disabled={at === 0}
                aria-label={t("view-column-up", { column: label(name) })}
                onClick={() => set(moved(chosen, at, -1))}
              />
              <Button
                type="text"
                size="small"
                icon={<ArrowDownOutlined aria-hidden />}
                disabled={at === chosen.length - 1}
                aria-label={t("view-column-down", { column: label(name) })}
                onClick={() => set(moved(chosen, at, 1))}
              />
            </span>
          </li>
        ))}
        {others.map((name) => (
          <li key={name}>
            <Checkbox checked={false} onChange={() => set([...chosen, name])}>
              {label(name)}
            </Checkbox>
          </li>
        ))}
      </ul>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={content}>
      <Button
        icon={<SettingOutlined aria-hidden />}
        aria-label={t("view-settings")}
        title={t("view-settings")}
      />
    </Popover>
  );
}
