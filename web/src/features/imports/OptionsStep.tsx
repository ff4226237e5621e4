import { Form, Radio, Select } from "antd";
import { useMay } from "../../app/session/session";
import { useT } from "../../i18n/useT";
import { useOwnerOptions } from "../customers/customers";
import { DUPLICATES, type Plan, USCC_CHECKS } from "./imports";

interface Props {
  plan: Plan;
  onChange: (plan: Plan) => void;
}

export function OptionsStep({ plan, onChange }: Props) {
  const t = useT();
  const may = useMay();
  const owners = useOwnerOptions();
  return (
    <Form layout="vertical" component="div" className="panel-body">
      <Form.Item label={t("option-duplicates")} extra={t("option-duplicates-note")}>
        <Radio.Group
          className="reason-list"
          value={plan.duplicates}
          onChange={(event) => onChange({ ...plan, duplicates: event.target.value })}
          options={DUPLICATES.map((value) => ({ value, label: t(`duplicates-${value}`) }))}
        />
      </Form.Item>
      <Form.Item label={t("option-uscc")}>
        <Radio.Group
          className="reason-list"
          value={plan.uscc_check}
          onChange={(event) => onChange({ ...plan, uscc_check: event.target.value })}
          options={USCC_CHECKS.map((value) => ({ value, label: t(`uscc-${value}`) }))}
        />
      </Form.Item>
      {may("customer.assign") && (
        <Form.Item label={t("option-owner")} htmlFor="import-owner" extra={t("owner-default")}>
          <Select
            id="import-owner"
            allowClear
            showSearch={{ optionFilterProp: "label" }}
            value={plan.owner_id}
            options={owners}
            onChange={(owner_id: string | undefined) => onChange({ ...plan, owner_id: owner_id ?? null })}
          />
        </Form.Item>
      )}
    </Form>
  );
}
