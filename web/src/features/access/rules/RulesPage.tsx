import {
  CopyOutlined,
  DeleteOutlined,
  EditOutlined,
  ExperimentOutlined,
  EyeOutlined,
  FilterOutlined,
  PlusOutlined,
} from "@ant-design/icons";
import { App, Button, Switch } from "antd";
import { useState } from "react";
import type { AccessConfiguration, AccessRule } from "../../../api/types";
import { useMay } from "../../../app/session/session";
import { useT } from "../../../i18n/useT";
import { EmptyState } from "../../../ui/EmptyState";
import { Pill } from "../../../ui/Pill";
import { ToolButton } from "../../../ui/ToolButton";
import { AccessFrame, Loaded } from "../AccessFrame";
import { newId } from "../access";
import { BenchDrawer } from "../bench/BenchDrawer";
import { ChangePill } from "../draft/Differences";
import { changeOf, withItem } from "../draft/draft";
import { type Access, useAccess } from "../draft/useAccess";
import { RuleDrawer } from "./RuleDrawer";
import { effectOf, emptyRule } from "./rules";
import { useRuleSentence } from "./useRuleSentence";

/** The organisation's own rules, by form or as policy text. */
export function RulesPage() {
  const t = useT();
  const may = useMay();
  const access = useAccess();
  const [editing, setEditing] = useState<AccessRule | null>(null);
  const [testing, setTesting] = useState(false);
  const first = access.saved.data?.objects[0]?.name ?? "customer";
  return (
    <AccessFrame
      note={t("access-rules-note")}
      actions={
        <>
          {may("access_rules.explain") && (
            <Button icon={<ExperimentOutlined aria-hidden />} onClick={() => setTesting(true)}>
              {t("access-bench")}
            </Button>
          )}
          {access.mayEdit && (
            <Button
              type="primary"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => setEditing(emptyRule(newId(), first))}
            >
              {t("access-rule-add")}
            </Button>
          )}
        </>
      }
    >
      <Loaded access={access}>
        {(saved, current) => (
          <>
            <section className="panel access-list" aria-label={t("access-tab-rules")}>
              {current.rules.length === 0 ? (
                <EmptyState
                  icon={<FilterOutlined />}
                  title={t("access-rules-none")}
                  text={t("access-rules-none-text")}
                />
              ) : (
                <ul>
                  {current.rules.map((rule) => (
                    <RuleRow
                      key={rule.id}
                      rule={rule}
                      access={access}
                      current={current}
                      onEdit={setEditing}
                    />
                  ))}
                </ul>
              )}
            </section>
            {editing !== null && (
              <RuleDrawer
                rule={editing}
                catalogue={saved.objects}
                configuration={current}
                readOnly={!access.mayEdit}
                onSave={(rule) => {
                  access.edit((before) => ({
                    ...before,
                    rules: withItem(before.rules, rule, ({ id }) => id === rule.id),
                  }));
                  setEditing(null);
                }}
                onClose={() => setEditing(null)}
              />
            )}
            {testing && (
              <BenchDrawer
                catalogue={saved.objects}
                configuration={current}
                draft={access.draft?.mine ?? null}
                onClose={() => setTesting(false)}
              />
            )}
          </>
        )}
      </Loaded>
    </AccessFrame>
  );
}

interface RowProps {
  rule: AccessRule;
  access: Access;
  current: AccessConfiguration;
  onEdit: (rule: AccessRule) => void;
}

function RuleRow({ rule, access, current, onEdit }: RowProps) {
  const t = useT();
  const { modal } = App.useApp();
  const sentence = useRuleSentence(current);
  const change = changeOf(access.changes, "rule", rule.id);
  const effect = effectOf(rule);
  const { form, name } = rule;
  const remove = () =>
    modal.confirm({
      title: t("access-rule-delete-title", { name }),
      content: t("access-rule-delete-text"),
      okText: t("delete"),
      okButtonProps: { danger: true },
      onOk: () =>
        access.edit((before) => ({ ...before, rules: before.rules.filter(({ id }) => id !== rule.id) })),
    });
  const enable = (enabled: boolean) =>
    access.edit((before) => ({
      ...before,
      rules: withItem(before.rules, { ...rule, enabled }, ({ id }) => id === rule.id),
    }));
  return (
    <li className={rule.enabled ? "access-row" : "access-row access-off"}>
      <Switch
        size="small"
        aria-label={t("access-rule-enable", { name })}
        checked={rule.enabled}
        disabled={!access.mayEdit}
        onChange={enable}
      />
      <div className="access-words">
        <span className="access-head">
          <strong>{name}</strong>
          {effect !== null && (
            <Pill tone={effect === "forbid" ? "danger" : "brand"}>{t(`access-effect-${effect}`)}</Pill>
          )}
          {form == null && <Pill tone="info">Cedar</Pill>}
          {change !== undefined && <ChangePill kind={change} />}
        </span>
        {rule.description !== "" && <p className="soft">{rule.description}</p>}
        {form == null ? (
          <pre className="rule-text mono">{rule.text}</pre>
        ) : (
          <p className="access-facts soft">{sentence(form)}</p>
        )}
      </div>
      <span className="access-tools">
        <ToolButton
          title={t(access.mayEdit ? "access-edit-named" : "access-open-named", { name })}
          icon={access.mayEdit ? <EditOutlined aria-hidden /> : <EyeOutlined aria-hidden />}
          onClick={() => onEdit(rule)}
        />
        {access.mayEdit && (
          <>
            <ToolButton
              title={t("access-copy-named", { name })}
              icon={<CopyOutlined aria-hidden />}
              onClick={() => onEdit({ ...rule, id: newId(), name: t("access-copy-name", { name }) })}
            />
            <ToolButton
              title={t("access-delete-named", { name })}
              icon={<DeleteOutlined aria-hidden />}
              onClick={remove}
            />
          </>
        )}
      </span>
    </li>
  );
}
