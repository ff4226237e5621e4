import { Drawer, Form, Segmented } from "antd";
import { useState } from "react";
import type { AccessConfiguration, AccessObject, AccessRule, AccessRuleForm } from "../../../api/types";
import { useT } from "../../../i18n/useT";
import { DrawerButtons } from "../../../ui/DrawerButtons";
import { withItem } from "../draft/draft";
import { NameFields } from "../NameFields";
import { Problems } from "../Problems";
import { useCheck } from "../useCheck";
import { CodeArea } from "./CodeArea";
import { CodeProblems } from "./CodeProblems";
import { RuleFormFields } from "./RuleFormFields";
import { emptyForm, tidied } from "./rules";
import { useRuleSentence } from "./useRuleSentence";

interface Props {
  rule: AccessRule;
  catalogue: AccessObject[];
  configuration: AccessConfiguration;
  readOnly: boolean;
  onSave: (rule: AccessRule) => void;
  onClose: () => void;
}

type Mode = "form" | "text";

interface Values {
  name: string;
  description: string;
  form: AccessRuleForm;
  text: string;
}

/** Writes a rule, by form or as policy text, while the server looks at it. */
export function RuleDrawer({ rule, catalogue, configuration, readOnly, onSave, onClose }: Props) {
  const t = useT();
  const [form] = Form.useForm<Values>();
  const [mode, setMode] = useState<Mode>(rule.form == null ? "text" : "form");
  const values = Form.useWatch((all: Values) => all, form);
  const ruleOf = (all: Values): AccessRule => ({
    ...rule,
    name: all.name.trim(),
    description: all.description.trim(),
    form: mode === "form" ? tidied({ ...(rule.form ?? emptyForm(all.form.object)), ...all.form }) : null,
    text: mode === "text" ? all.text : null,
  });
  const drafted = values?.form === undefined ? rule : ruleOf(values);
  const next = {
    ...configuration,
    rules: withItem(configuration.rules, drafted, ({ id }) => id === rule.id),
  };
  // What is simply missing is said at the fields.
  const whole =
    drafted.name !== "" &&
    (drafted.form == null ? drafted.text?.trim() !== "" : drafted.form.actions.length > 0);
  const check = useCheck(whole ? next : null, `rules[${next.rules.indexOf(drafted)}]`);
  const problems = whole ? check.problems : [];
  const turn = (to: Mode) => {
    const made = check.textOf(rule.id);
    if (to === "text" && form.getFieldValue("text") === "" && made !== "")
      form.setFieldsValue({ text: made });
    setMode(to);
  };
  return (
    <Drawer
      open
      size={760}
      mask={{ closable: false }}
      title={rule.name === "" ? t("access-rule-new") : rule.name}
      onClose={onClose}
      footer={
        <DrawerButtons
          form={form}
          onClose={onClose}
          closeOnly={readOnly}
          submit={t("access-to-draft")}
          disabled={problems.length > 0 && !check.pending}
        />
      }
    >
      {mode === "form" && problems.length > 0 && <Problems problems={problems} configuration={next} />}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={readOnly}
        initialValues={{
          name: rule.name,
          description: rule.description,
          form: rule.form ?? emptyForm(catalogue[0]?.name ?? ""),
          text: rule.text ?? "",
        }}
        onFinish={(all) => onSave(ruleOf(all))}
      >
        <NameFields />
        <Segmented<Mode>
          aria-label={t("access-rule-mode")}
          className="rule-mode"
          value={mode}
          onChange={turn}
          disabled={readOnly}
          options={(["form", "text"] as const).map((value) => ({
            value,
            label: t(`access-rule-mode-${value}`),
          }))}
        />
        <div hidden={mode !== "form"}>
          <RuleFormFields catalogue={catalogue} configuration={configuration} required={mode === "form"} />
          {drafted.form != null && <Said form={drafted.form} configuration={configuration} />}
          {check.textOf(rule.id) !== "" && mode === "form" && (
            <details className="access-more">
              <summary>{t("access-rule-cedar")}</summary>
              <pre className="rule-cedar mono">{check.textOf(rule.id)}</pre>
            </details>
          )}
        </div>
        <div hidden={mode !== "text"}>
          <p className="soft field-note">{t("access-rule-text-note")}</p>
          <Form.Item
            name="text"
            label={t("access-rule-text")}
            rules={mode === "text" ? [{ required: true, whitespace: true, message: t("hint-required") }] : []}
          >
            <CodeArea problems={mode === "text" ? problems : []} readOnly={readOnly} />
          </Form.Item>
          {mode === "text" && (
            <CodeProblems
              text={drafted.text ?? ""}
              problems={problems}
              state={!whole ? "empty" : check.pending ? "pending" : "checked"}
            />
          )}
        </div>
      </Form>
    </Drawer>
  );
}

/** The rule as one sentence, as it would be read in the list. */
function Said({ form, configuration }: { form: AccessRuleForm; configuration: AccessConfiguration }) {
  const sentence = useRuleSentence(configuration);
  return (
    <p className="rule-said" role="status">
      {sentence(form)}
    </p>
  );
}
