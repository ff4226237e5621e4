import { Checkbox, Form, Input, Select, Switch } from "antd";
import { useT } from "../../i18n/useT";
import { Setting } from "./Setting";
import { DAYS } from "./security";

const ZONES = Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone }));

interface Props {
  /** Where the hours stand in the form. */
  path: string[];
  label: string;
  note: string;
}

/** Hours of the week, or none. */
export function HoursFields({ path, label, note }: Props) {
  const t = useT();
  const on: boolean = Form.useWatch([...path, "on"]) ?? false;
  return (
    <>
      <Setting path={[...path, "on"]} label={label} note={note} valuePropName="checked">
        <Switch aria-label={label} />
      </Setting>
      <div className="hours" hidden={!on}>
        <Form.Item name={[...path, "days"]} label={t("security-days")} layout="vertical">
          <Checkbox.Group options={DAYS.map((day) => ({ value: day, label: t(`day-${day}`) }))} />
        </Form.Item>
        <div className="hours-times">
          <Form.Item name={[...path, "from"]} label={t("security-from")} layout="vertical">
            <Input inputMode="numeric" maxLength={5} className="figures" />
          </Form.Item>
          <Form.Item name={[...path, "to"]} label={t("security-to")} layout="vertical">
            <Input inputMode="numeric" maxLength={5} className="figures" />
          </Form.Item>
          <Form.Item
            name={[...path, "zone"]}
            label={t("security-zone")}
            layout="vertical"
            className="hours-zone"
          >
            <Select showSearch options={ZONES} />
          </Form.Item>
        </div>
      </div>
    </>
  );
}
