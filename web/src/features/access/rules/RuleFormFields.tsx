import { useQuery } from "@tanstack/react-query";
import { Form, InputNumber, Radio, Select } from "antd";
import type { AccessConfiguration, AccessObject } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { departmentOptions, departmentsQuery } from "../../admin/admin";
import { LEVELS } from "../../sharing/sharing";
import { actionsOf, isFieldAction } from "../access";
import { useActionName, useFieldName, useObjectName } from "../words";
import { CONDITION_NAMES, CONDITION_WORDS, CONDITIONS, dayWords, GOVERNED_ROLES, WEEKDAYS } from "./rules";

interface Props {
  catalogue: AccessObject[];
  configuration: AccessConfiguration;
  /** Whether the form is what counts. */
  required: boolean;
}

/** Who, what, and when. */
export function RuleFormFields({ catalogue, configuration, required }: Props) {
  const t = useT();
  const actionName = useActionName();
  const fieldName = useFieldName();
  const objectName = useObjectName();
  const departments = useQuery(departmentsQuery);
  const chosen: string = Form.useWatch(["form", "object"]) ?? catalogue[0]?.name ?? "";
  const actions: string[] = Form.useWatch(["form", "actions"]) ?? [];
  const object = catalogue.find(({ name }) => name === chosen);
  const filtered = { optionFilterProp: "label" };
  const roles = [
    {
      label: t("access-roles-own"),
      options: configuration.roles.map(({ id, name }) => ({ value: id, label: name })),
    },
    {
      label: t("access-roles-built-in"),
      options: GOVERNED_ROLES.map((role) => ({ value: role as string, label: t(`role-${role}`) })),
    },
  ];
  return (
    <>
      <div className="form-grid">
        <Form.Item name={["form", "effect"]} label={t("access-rule-effect")}>
          <Radio.Group
            optionType="button"
            options={(["forbid", "permit"] as const).map((value) => ({
              value,
              label: t(`access-effect-${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name={["form", "object"]} label={t("access-object")} hidden={catalogue.length < 2}>
          <Select options={catalogue.map(({ name }) => ({ value: name, label: objectName(name) }))} />
        </Form.Item>
        <Form.Item
          name={["form", "actions"]}
          label={t("access-rule-actions")}
          className="form-wide"
          rules={required ? [{ required: true, type: "array", min: 1, message: t("share-choose") }] : []}
        >
          <Select
            mode="multiple"
            showSearch={filtered}
            options={actionsOf(object).map((action) => ({ value: action, label: actionName(action) }))}
          />
        </Form.Item>
        <Form.Item
          name={["form", "fields"]}
          label={t("access-rule-which-fields")}
          className="form-wide"
          hidden={actions.length === 0 || !actions.every(isFieldAction)}
        >
          <Select
            mode="multiple"
            showSearch={filtered}
            placeholder={t("access-all-fields")}
            options={object?.fields.map(({ name }) => ({ value: name, label: fieldName(name) })) ?? []}
          />
        </Form.Item>
        <Form.Item name={["form", "roles"]} label={t("access-rule-roles")}>
          <Select mode="multiple" showSearch={filtered} placeholder={t("access-everybody")} options={roles} />
        </Form.Item>
        <Form.Item name={["form", "departments"]} label={t("access-rule-departments")}>
          <Select
            mode="multiple"
            showSearch={filtered}
            placeholder={t("access-any")}
            options={departmentOptions(departments.data?.items ?? [])}
          />
        </Form.Item>
      </div>
      <div className="form-section">
        <h3>{t("access-rule-conditions")}</h3>
        <p className="soft field-note">{t("access-rule-conditions-note")}</p>
      </div>
      <div className="form-grid">
        <Form.Item name={["form", "when", "regions"]} label={t("access-condition-regions")}>
          <Select mode="tags" placeholder={t("access-any")} tokenSeparators={[",", "，", "、"]} />
        </Form.Item>
        {CONDITION_NAMES.map((name) => (
          <Form.Item key={name} name={["form", "when", name]} label={t(`access-condition-${name}`)}>
            <Select
              mode="multiple"
              showSearch={filtered}
              placeholder={t("access-any")}
              options={CONDITIONS[name].map((value) => ({ value, label: t(CONDITION_WORDS[name](value)) }))}
            />
          </Form.Item>
        ))}
        <Form.Item name={["form", "when", "label_from"]} label={t("access-condition-label")}>
          <Select
            allowClear
            placeholder={t("access-any")}
            options={LEVELS.map((level) => ({
              value: level as string,
              label: t("access-level-from", { level: t(`level-${level}`) }),
            }))}
          />
        </Form.Item>
        <Form.Item name={["form", "when", "weekdays"]} label={t("access-condition-weekdays")}>
          <Select
            mode="multiple"
            placeholder={t("access-any")}
            options={WEEKDAYS.map((day) => ({ value: day, label: t(dayWords(day)) }))}
          />
        </Form.Item>
        <Form.Item label={t("access-condition-hour")} extra={t("access-condition-hour-note")}>
          <span className="hour-range">
            <Form.Item name={["form", "when", "hour_from"]} noStyle>
              <InputNumber min={0} max={23} precision={0} aria-label={t("access-hour-from")} />
            </Form.Item>
            <span aria-hidden>–</span>
            <Form.Item name={["form", "when", "hour_to"]} noStyle>
              <InputNumber min={0} max={24} precision={0} aria-label={t("access-hour-to")} />
            </Form.Item>
          </span>
        </Form.Item>
      </div>
    </>
  );
}
