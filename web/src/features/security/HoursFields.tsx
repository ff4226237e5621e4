import { Checkbox, Form, Input, Select, Switch } from "antd";
import { useT } from "../../i18n/useT";
import { DAYS } from "./security";

const ZONES = Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone }));

interface Props {
  /** Where the hours stand in the form. */
  path: string[];
  label: string;
}

/** Hours of the week, or none. */
export function HoursFields({ path, label }: Props) {
  const t = useT();
  const on: boolean = Form.useWatch([...path, "on"]) ?? false;
  return (
    <div className="hours">
      <Form.Item name={[...path, "on"]} label={label} valuePropName="checked" className="hours-switch">
        <Switch aria-label={label} />
      </Form.Item>
      <div hidden={!on}>
        <Form.Item name={[...path, "days"]} label={t("security-days")}>
          <Checkbox.Group options={DAYS.map((day) => ({ value: day, label: t(`day-${day}`) }))} />
        </Form.Item>
        <div className="hours-times">
          <Form.Item name={[...path, "from"]} label={t("security-from")}>
            <Input inputMode="numeric" maxLength={5} />
          </Form.Item>
          <Form.Item name={[...path, "to"]} label={t("security-to")}>
            <Input inputMode="numeric" maxLength={5} />
          </Form.Item>
          <Form.Item name={[...path, "zone"]} label={t("security-zone")} className="hours-zone">
            <Select showSearch options={ZONES} />
          </Form.Item>
        </div>
      </div>
    </div>
  );
}
