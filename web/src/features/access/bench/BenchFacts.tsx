import { Form, Input, InputNumber, Select, Switch } from "antd";
import type { Compartment } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { LEVELS } from "../../sharing/sharing";
import { CONDITION_WORDS, CONDITIONS, type Condition, dayWords, WEEKDAYS } from "../rules/rules";

const RECORD = [
  ["relation", "relations"],
  ["share", "shares"],
] as const;
const CONTENT = [
  ["value", "values"],
  ["status", "statuses"],
] as const;
const AROUND = [
  ["hours", "hours"],
  ["network", "networks"],
  ["device", "devices"],
  ["assurance", "assurances"],
  ["risk", "risks"],
  ["purpose", "purposes"],
] as const;

/** What the record is like, and under which circumstances it is asked for. */
export function BenchFacts({ compartments }: { compartments: Compartment[] }) {
  const t = useT();
  const options = (name: Condition) =>
    CONDITIONS[name].map((value) => ({ value: value as string, label: t(CONDITION_WORDS[name](value)) }));
  const levels = LEVELS.map((level) => ({ value: level as string, label: t(`level-${level}`) }));
  const any = { value: "", label: t("access-bench-none") };
  return (
    <>
      <div className="form-section">
        <h3>{t("access-bench-record")}</h3>
      </div>
      <div className="form-grid">
        {RECORD.map(([field, name]) => (
          <Form.Item key={field} name={["record", field]} label={t(`access-condition-${name}`)}>
            <Select options={options(name)} />
          </Form.Item>
        ))}
        <Form.Item name={["record", "label", "level"]} label={t("label-level")}>
          <Select options={levels} />
        </Form.Item>
        <Form.Item
          name={["record", "label", "compartments"]}
          label={t("access-compartments")}
          hidden={compartments.length === 0}
        >
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={compartments.map(({ bit, name }) => ({ value: bit, label: name }))}
          />
        </Form.Item>
        <Form.Item name={["record", "region"]} label={t("access-condition-regions")}>
          <Input placeholder={t("access-bench-none")} maxLength={60} />
        </Form.Item>
        {CONTENT.map(([field, name]) => (
          <Form.Item key={field} name={["record", field]} label={t(`access-condition-${name}`)}>
            <Select options={[any, ...options(name)]} />
          </Form.Item>
        ))}
      </div>
      <div className="form-section">
        <h3>{t("access-bench-around")}</h3>
      </div>
      <div className="form-grid">
        {AROUND.map(([field, name]) => (
          <Form.Item key={field} name={["circumstances", field]} label={t(`access-condition-${name}`)}>
            <Select options={options(name)} />
          </Form.Item>
        ))}
        <Form.Item name={["circumstances", "weekday"]} label={t("access-condition-weekdays")}>
          <Select options={WEEKDAYS.map((day) => ({ value: day, label: t(dayWords(day)) }))} />
        </Form.Item>
        <Form.Item name={["circumstances", "hour"]} label={t("access-bench-hour")}>
          <InputNumber min={0} max={23} precision={0} />
        </Form.Item>
        <Form.Item name={["circumstances", "fresh"]} label={t("access-bench-fresh")} valuePropName="checked">
          <Switch aria-label={t("access-bench-fresh")} />
        </Form.Item>
      </div>
    </>
  );
}
